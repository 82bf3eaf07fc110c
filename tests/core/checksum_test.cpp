// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "core/net/checksum.hpp"

namespace warpline {
namespace {

using Octets = std::vector<std::uint8_t>;

Bytes view(Octets const& octets) {
  return {octets.data(), static_cast<std::uint32_t>(octets.size())};
}

/// RFC 1071 by its words: add with carries, one at a time.
std::uint16_t slow_checksum(Octets octets) {
  if (octets.size() % 2 != 0) octets.push_back(0);
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < octets.size(); i += 2) {
    sum += octets[i] * 256u + octets[i + 1];
    if (sum > 0xffff) sum -= 0xffff;
  }
  return static_cast<std::uint16_t>(0xffff - sum);
}

TEST(Checksum, AgreesWithTheExampleOfRfc1071) {
  EXPECT_EQ(checksum_of(checksum_sum(view({0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}))),
            static_cast<std::uint16_t>(~0xddf2));
}

TEST(Checksum, AgreesWithTheExampleOfRfc1624) {
  EXPECT_EQ(checksum_update(0xdd2f, 0x5555, 0x3285), 0x0000);
}

TEST(Checksum, AgreesWithASlowSumForAllSizes) {
  std::mt19937 random(1);
  for (std::size_t size = 0; size <= 300; ++size) {
    Octets octets(size);
    for (auto& octet : octets)
      octet = static_cast<std::uint8_t>(random() % 4 == 0 ? 0xff : random());
    auto const all = checksum_of(checksum_sum(view(octets)));
    ASSERT_EQ(all, slow_checksum(octets)) << size;
    std::size_t const half = size / 2 / 2 * 2;
    Octets const front(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(half));
    Octets const back(octets.begin() + static_cast<std::ptrdiff_t>(half), octets.end());
    ASSERT_EQ(checksum_of(checksum_sum(view(back), checksum_sum(view(front)))), all) << size;
  }
}

TEST(Checksum, SumsALargestPacketWithoutOverflow) {
  EXPECT_EQ(checksum_of(checksum_sum(view(Octets(65535, 0xff)))),
            slow_checksum(Octets(65535, 0xff)));
}

TEST(Checksum, UpdatesToWhatACalculationFromScratchGives) {
  std::mt19937 random(2);
  for (int round = 0; round < 20000; ++round) {
    Octets header(20);
    for (auto& octet : header) octet = static_cast<std::uint8_t>(random());
    header[10] = header[11] = 0;
    auto const before = slow_checksum(header);
    auto const offset = 2 * (random() % 5);
    auto const old_word = static_cast<std::uint16_t>(header[offset] << 8 | header[offset + 1]);
    auto const new_word = static_cast<std::uint16_t>(round % 3 == 0 ? old_word + 1 : random());
    header[offset] = static_cast<std::uint8_t>(new_word >> 8);
    header[offset + 1] = static_cast<std::uint8_t>(new_word);
    ASSERT_EQ(checksum_update(before, old_word, new_word), slow_checksum(header)) << round;
  }
}

TEST(Checksum, HoldsExactlyForBytesWithTheirOwn) {
  Octets header{0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2};
  auto const right = slow_checksum(header);
  for (unsigned value = 0; value <= 0xffff; ++value) {
    header[10] = static_cast<std::uint8_t>(value >> 8);
    header[11] = static_cast<std::uint8_t>(value);
    ASSERT_EQ(checksum_holds(view(header)), value == right) << value;
  }
}

}  // namespace
}  // namespace warpline
