// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/net/wire.hpp"

#include <gtest/gtest.h>

#include <random>
#include <utility>

namespace warpline {
namespace {

static_assert(be16::of(0x0102).bytes[0] == 1 && be16::of(0x0102).bytes[1] == 2);
static_assert(be16::of(0x0102).host() == 0x0102 && be32::of(0x01020304).host() == 0x01020304);
static_assert(be64::of(0x0102030405060708).host() == 0x0102030405060708);
static_assert(be32::of(5) == be32::of(5) && be32::of(5) != be32::of(0x05000000));
static_assert(alignof(be64) == 1 && alignof(ether::Header) == 1 && alignof(ipv6::Header) == 1);

template <class T>
void expect_network_order(std::mt19937_64& random) {
  for (int round = 0; round < 1000; ++round) {
    std::uint8_t storage[sizeof(T) + 1];  // at an odd address, too
    auto& number = *reinterpret_cast<BigEndian<T>*>(storage + round % 2);
    auto const value = static_cast<T>(random());
    number.set(value);
    for (unsigned i = 0; i < sizeof(T); ++i)
      ASSERT_EQ(number.bytes[i], static_cast<std::uint8_t>(value >> 8 * (sizeof(T) - 1 - i)));
    ASSERT_EQ(number.host(), value);
    ASSERT_EQ(number, BigEndian<T>::of(value));
    number.bytes[random() % sizeof(T)] ^= 0x10;
    ASSERT_NE(number, BigEndian<T>::of(value));
  }
}

TEST(BigEndian, StandsInNetworkOrderAtAnyAddress) {
  std::mt19937_64 random(1);
  expect_network_order<std::uint16_t>(random);
  expect_network_order<std::uint32_t>(random);
  expect_network_order<std::uint64_t>(random);
}

TEST(EtherHeader, SwapsItsAddressesAndNothingElse) {
  std::mt19937 random(2);
  for (int round = 0; round < 1000; ++round) {
    ether::Header header;
    for (auto* address : {&header.destination, &header.source})
      for (auto& byte : address->bytes) byte = static_cast<std::uint8_t>(random());
    header.type.set(static_cast<std::uint16_t>(random()));
    auto expected = header;
    std::swap(expected.source, expected.destination);
    header.swap_addresses();
    ASSERT_EQ(header.source, expected.source);
    ASSERT_EQ(header.destination, expected.destination);
    ASSERT_EQ(header.type, expected.type);
  }
}

}  // namespace
}  // namespace warpline
