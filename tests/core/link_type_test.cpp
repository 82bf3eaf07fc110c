// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/net/link_type.hpp"

#include <gtest/gtest.h>

#include <string>

namespace warpline {
namespace {

TEST(LinkType, HasTheNumbersOfCaptureFiles) {
  EXPECT_EQ(link_type_of(1), LinkType::kEthernet);
  for (std::uint32_t const number : {12u, 101u})
    EXPECT_EQ(link_type_of(number), LinkType::kRawIp) << number;
  EXPECT_EQ(link_type_of(228), LinkType::kIpv4);
  EXPECT_EQ(link_type_of(229), LinkType::kIpv6);
  for (std::uint32_t const number : {9u, 50u}) EXPECT_EQ(link_type_of(number), LinkType::kPpp);
  EXPECT_EQ(link_type_of(113), LinkType::kLinuxCooked);
  EXPECT_EQ(link_type_of(276), LinkType::kLinuxCooked2);
  for (std::uint32_t const number : {0u, 108u}) EXPECT_EQ(link_type_of(number), LinkType::kNull);
  for (std::uint32_t const number : {2u, 105u, 127u, 147u, 65535u})
    EXPECT_EQ(link_type_of(number), std::nullopt) << number;
}

TEST(LinkType, IsWrittenAsANumberThatIsReadAgain) {
  for (auto const type :
       {LinkType::kEthernet, LinkType::kRawIp, LinkType::kPpp, LinkType::kLinuxCooked,
        LinkType::kLinuxCooked2, LinkType::kNull, LinkType::kIpv4, LinkType::kIpv6})
    EXPECT_EQ(link_type_of(number_of(type)), type) << name_of(type);
}

TEST(LinkType, NamesEveryNumberThatIsRead) {
  std::string const text(kReadLinkTypes);
  for (std::uint32_t number = 0; number < 65536; ++number) {
    auto const digits = std::to_string(number);
    bool const named =
        text.find("(" + digits + ")") != text.npos || text.find("(" + digits + ",") != text.npos ||
        text.find(" " + digits + ")") != text.npos || text.find(" " + digits + ",") != text.npos;
    EXPECT_EQ(named, link_type_of(number).has_value()) << number;
  }
}

TEST(LinkTypeSet, HasTheUsualOperations) {
  auto const all = LinkTypeSet::all();
  LinkTypeSet const ethernet = LinkType::kEthernet, null = LinkType::kNull;
  EXPECT_TRUE(LinkTypeSet().empty());
  EXPECT_TRUE(all.contains(ethernet | null));
  EXPECT_FALSE(ethernet.contains(null));
  EXPECT_TRUE(ethernet.contains(LinkTypeSet()));
  EXPECT_EQ((ethernet | null) - ethernet, null);
  EXPECT_EQ((ethernet | null) & all, ethernet | null);
  EXPECT_TRUE((ethernet & null).empty());
}

TEST(LinkTypeSet, HasNamesForMessages) {
  EXPECT_EQ(LinkTypeSet(LinkType::kRawIp).names(), "raw IP");
  EXPECT_EQ(LinkTypeSet::all().names(),
            "Ethernet, raw IP, PPP, Linux cooked, Linux cooked 2, null, raw IPv4, raw IPv6");
  EXPECT_EQ(LinkTypeSet().names(), "");
}

}  // namespace
}  // namespace warpline
