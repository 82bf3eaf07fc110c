// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/net/ip_prefix.hpp"

#include <gtest/gtest.h>

#include "core/net/ip_address.hpp"

namespace warpline {
namespace {

TEST(IpAddress, IsWrittenAsItIsReadAndIpv6AsInRfc5952) {
  for (auto const* const text : {"0.0.0.0", "10.0.0.1", "255.255.255.255", "::", "2001:db8::1"})
    EXPECT_EQ(to_string(parse_ip_address(text).value()), text);
  EXPECT_EQ(to_string(parse_ip_address("2001:DB8:0:0:0:0:0:1").value()), "2001:db8::1");
  EXPECT_TRUE(parse_ip_address("::").value().is_unspecified());
  EXPECT_FALSE(parse_ip_address("::1").value().is_unspecified());
  EXPECT_NE(parse_ip_address("0.0.0.0").value(), parse_ip_address("::").value());
}

TEST(IpAddress, IsRefusedUnlessItIsWholeAndAlone) {
  for (auto const* const text :
       {"", "10.0.0", "10.0.0.256", "10.0.0.1 ", "010.0.0.1", "10.0.0.1/8", "2001:db8", ":::", "a"})
    EXPECT_FALSE(parse_ip_address(text)) << text;
}

TEST(IpPrefix, ClearsOrRefusesHostBits) {
  EXPECT_EQ(to_string(parse_prefix("10.1.2.3/8").value()), "10.0.0.0/8");
  EXPECT_EQ(to_string(parse_prefix("10.1.2.3/31").value()), "10.1.2.2/31");
  EXPECT_EQ(to_string(parse_prefix("2001:db8::ffff/33").value()), "2001:db8::/33");
  EXPECT_EQ(to_string(parse_prefix("10.1.2.3/0").value()), "0.0.0.0/0");
  EXPECT_FALSE(parse_prefix("10.1.2.3/8", HostBits::kRefuse));
  EXPECT_FALSE(parse_prefix("2001:db8::1/127", HostBits::kRefuse));
  EXPECT_EQ(to_string(parse_prefix("10.0.0.0/8", HostBits::kRefuse).value()), "10.0.0.0/8");
}

TEST(IpPrefix, OfAnAddressAloneIsThatAddress) {
  EXPECT_EQ(to_string(parse_prefix("10.1.2.3", HostBits::kRefuse).value()), "10.1.2.3/32");
  EXPECT_EQ(to_string(parse_prefix("::1", HostBits::kRefuse).value()), "::1/128");
}

TEST(IpPrefix, IsRefusedIfItsLengthExceedsTheAddress) {
  for (auto const* const text : {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8 ",
                                 "10.0.0.0/8/8", "/8", "10.0.0.0/x"})
    EXPECT_FALSE(parse_prefix(text)) << text;
}

TEST(IpPrefix, CountsHostsWithoutNetworkAndBroadcastAddress) {
  auto const hosts = [](char const* text) { return parse_prefix(text).value().hosts(); };
  EXPECT_EQ(hosts("10.0.0.0/24"), 254u);
  EXPECT_EQ(hosts("10.0.0.0/30"), 2u);
  EXPECT_EQ(hosts("10.0.0.0/31"), 2u);
  EXPECT_EQ(hosts("10.0.0.0/32"), 1u);
  EXPECT_EQ(hosts("0.0.0.0/0"), 4294967294u);
  EXPECT_EQ(hosts("2001:db8::/120"), 256u);
  EXPECT_EQ(hosts("2001:db8::/64"), 4294967296u) << "as many as are counted";
}

TEST(IpPrefix, NumbersItsHosts) {
  auto const host = [](char const* text, std::uint64_t index) {
    return to_string(parse_prefix(text).value().host(index));
  };
  EXPECT_EQ(host("10.0.0.0/24", 0), "10.0.0.1");
  EXPECT_EQ(host("10.0.0.0/24", 253), "10.0.0.254");
  EXPECT_EQ(host("10.0.0.0/31", 0), "10.0.0.0");
  EXPECT_EQ(host("10.0.0.7/32", 0), "10.0.0.7");
  EXPECT_EQ(host("10.0.0.0/8", 65535), "10.1.0.0");
  EXPECT_EQ(host("2001:db8::/64", 0x10000), "2001:db8::1:0");
}

}  // namespace
}  // namespace warpline
