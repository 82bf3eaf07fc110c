// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/net/icmp_errors.hpp"

#include <gtest/gtest.h>

namespace warpline {
namespace {

TEST(IcmpErrors, KnowAddressesOfHosts) {
  EXPECT_TRUE(is_host(be32::of(0x0a000001)));
  EXPECT_TRUE(is_host(be32::of(0xdfffffff)));
  for (auto const address : {0u, 0x00ffffffu, 0x7f000001u, 0xe0000000u, 0xf0000000u, ~0u})
    EXPECT_FALSE(is_host(be32::of(address))) << address;
  ipv6::Address address{};
  EXPECT_FALSE(is_host(address));
  address.bytes[15] = 1;
  EXPECT_FALSE(is_host(address));
  address.bytes[15] = 2;
  EXPECT_TRUE(is_host(address));
  address.bytes[0] = 0xff;
  EXPECT_FALSE(is_host(address));
}

TEST(IcmpErrors, KnowTypesThatAreNotAnswered) {
  unsigned errors4 = 0, errors6 = 0;
  for (unsigned type = 0; type < 256; ++type) {
    errors4 += is_icmp4_error(static_cast<std::uint8_t>(type));
    errors6 += is_icmp6_error(static_cast<std::uint8_t>(type));
  }
  EXPECT_EQ(errors4, 5u);
  EXPECT_EQ(errors6, 129u);
  EXPECT_TRUE(is_icmp4_error(3) && is_icmp4_error(12) && !is_icmp4_error(8));
  EXPECT_TRUE(is_icmp6_error(1) && is_icmp6_error(137) && !is_icmp6_error(128));
}

}  // namespace
}  // namespace warpline
