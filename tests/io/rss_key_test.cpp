// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/rss_key.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace warpline {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// The hash of the RSS specification, bit by bit: for each bit that is set in the input, the 32 bits of
/// the key that begin there.
std::uint32_t toeplitz(Bytes const& input, Bytes const& key) {
  std::uint32_t hash = 0;
  for (std::size_t bit = 0; bit < 8 * input.size(); ++bit) {
    if ((input[bit / 8] << bit % 8 & 0x80) == 0) continue;
    std::uint32_t window = 0;
    for (std::size_t i = 0; i < 32; ++i)
      window = window << 1 | (key[(bit + i) / 8] >> (7 - (bit + i) % 8) & 1u);
    hash ^= window;
  }
  return hash;
}

/// Addresses and ports as the hash takes them: source, destination, source port, destination port.
Bytes flow(Bytes const& source, Bytes const& destination, Bytes const& ports) {
  Bytes input = source;
  input.insert(input.end(), destination.begin(), destination.end());
  input.insert(input.end(), ports.begin(), ports.end());
  return input;
}

class RssKey : public ::testing::TestWithParam<std::size_t> {
 protected:
  Bytes random_bytes(std::size_t size) {
    Bytes bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
    return bytes;
  }
  std::mt19937 random_{3};
};

TEST_P(RssKey, GivesBothDirectionsOfAFlowOneHash) {
  auto const key = symmetric_rss_key(40);
  for (int i = 0; i < 2000; ++i) {
    auto const source = random_bytes(GetParam()), destination = random_bytes(GetParam());
    auto const ports = random_bytes(4);
    Bytes const back{ports[2], ports[3], ports[0], ports[1]};
    ASSERT_EQ(toeplitz(flow(source, destination, ports), key),
              toeplitz(flow(destination, source, back), key));
  }
}

TEST_P(RssKey, SpreadsFlowsEvenly) {
  constexpr int kFlows = 16'000;
  auto const key = symmetric_rss_key(40);
  std::array<int, 16> queues{};
  for (int i = 0; i < kFlows; ++i)
    ++queues[toeplitz(flow(random_bytes(GetParam()), random_bytes(GetParam()), random_bytes(4)),
                      key) %
             queues.size()];
  for (auto const count : queues) {
    EXPECT_GT(count, kFlows / 16 * 4 / 5);
    EXPECT_LT(count, kFlows / 16 * 6 / 5);
  }
}

INSTANTIATE_TEST_SUITE_P(Addresses, RssKey, ::testing::Values(4, 16),
                         [](auto const& size) { return size.param == 4 ? "Ipv4" : "Ipv6"; });

TEST(RssKeySize, IsThatOfTheNic) {
  EXPECT_EQ(symmetric_rss_key(52).size(), 52u);
  EXPECT_EQ(symmetric_rss_key(0).size(), 0u);
}

}  // namespace
}  // namespace warpline
