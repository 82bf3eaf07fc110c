// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/cpu_esp.hpp"

#include <gtest/gtest.h>

#include "elements/ipsec/esp_body.hpp"
#include "elements/ipsec/esp_tunnel.hpp"
#include "tests/elements/ipsec/peer.hpp"

namespace warpline::ipsec {
namespace {

using testing::Frame;
using testing::Octets;
using testing::Peer;

class CpuEspTest : public ::testing::TestWithParam<Suite> {};

/// ESP frames with random content and as yet no ICV; SA `i % keys` each.
std::vector<Frame> esp_frames(std::vector<std::size_t> const& text_sizes, std::size_t sas,
                              Suite suite, std::mt19937& random) {
  std::vector<Frame> frames;
  for (auto const size : text_sizes) {
    auto const bytes =
        testing::random_octets(random, kEspOffset + kEspTextOffset + size + icv_size(suite));
    frames.emplace_back(bytes, frames.size() % 5, 0);
    frames.back().packet.tag = static_cast<std::uint32_t>(frames.size() % sas);
  }
  return frames;
}

TEST_P(CpuEspTest, GivesTheBytesOfTheBodyForEveryLengthAndManySas) {
  std::mt19937 random(1300);
  std::vector<SaKeys> keys;
  for (unsigned i = 0; i < 7; ++i)
    keys.push_back(testing::parse_sas(Peer::random(GetParam(), 0x1000 + i, random).line())[0].keys);
  CpuEsp cpu(std::make_shared<CpuKeys>(keys));
  std::vector<std::size_t> sizes;
  for (std::size_t size = 2; size <= 2048; ++size) sizes.push_back(size);
  for (std::size_t const size : {8958, 65000}) sizes.push_back(size);
  std::shuffle(sizes.begin(), sizes.end(), random);
  auto const frames = esp_frames(sizes, keys.size(), GetParam(), random);
  // Batches of every size from 1 to 64 and beyond, so that bursts are whole, cut and empty.
  for (std::size_t from = 0, count = 1; from < frames.size(); from += count, ++count) {
    std::vector<Packet> packets;
    std::vector<Octets> expected;
    for (std::size_t i = from; i < std::min(from + count, frames.size()); ++i) {
      packets.push_back(frames[i].packet);
      auto bytes = frames[i].bytes();
      esp_protect(aes_tables(), keys[frames[i].packet.tag], bytes.data() + kEspOffset,
                  static_cast<std::uint32_t>(bytes.size() - kEspOffset));
      expected.push_back(bytes);
    }
    cpu.protect(packets);
    for (std::size_t i = 0; i < packets.size(); ++i)
      ASSERT_EQ(testing::to_hex(frames[from + i].bytes()), testing::to_hex(expected[i]))
          << "text of " << sizes[from + i] << " bytes";
  }
}

TEST_P(CpuEspTest, TakesNoPacketsAtAll) {
  std::mt19937 random(1);
  auto const keys = testing::parse_sas(Peer::random(GetParam(), 0x1000, random).line())[0].keys;
  CpuEsp cpu(std::make_shared<CpuKeys>(std::span(&keys, 1)));
  cpu.protect({});
}

INSTANTIATE_TEST_SUITE_P(Suites, CpuEspTest,
                         ::testing::Values(Suite::kAes128CtrHmacSha1, Suite::kAes128Gcm));

TEST(CpuEsp, DescribesTheLibrary) { EXPECT_EQ(CpuEsp::description().substr(0, 10), "ipsec-mb 1"); }

}  // namespace
}  // namespace warpline::ipsec
