// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/net/ip6_headers.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace warpline::ipsec {
namespace {

using Octets = std::vector<std::uint8_t>;

/// An IPv6 header for `next`, followed by `rest`; source and destination are filled with 1 and 2.
Octets packet(std::uint8_t next, Octets const& rest) {
  Octets bytes(ipv6::kSize, 0);
  bytes[0] = 0x60;
  bytes[5] = static_cast<std::uint8_t>(rest.size());
  bytes[6] = next;
  std::fill_n(bytes.begin() + 8, 16, std::uint8_t{1});
  std::fill_n(bytes.begin() + 24, 16, std::uint8_t{2});
  bytes.insert(bytes.end(), rest.begin(), rest.end());
  return bytes;
}

Bytes view(Octets const& octets) {
  return {octets.data(), static_cast<std::uint32_t>(octets.size())};
}

TEST(Ip6Headers, StepsToTheProtocolAfterAllExtensionHeaders) {
  auto const bytes = packet(Ip6Headers::kHopByHop, {Ip6Headers::kDestinationOptions,
                                                    1,
                                                    0,
                                                    0,
                                                    0,
                                                    0,
                                                    0,
                                                    0,
                                                    0,
                                                    0,
                                                    0,
                                                    0,
                                                    0,
                                                    0,
                                                    0,
                                                    0,  // 16 bytes
                                                    protocol::kEsp,
                                                    0,
                                                    0,
                                                    0,
                                                    0,
                                                    0,
                                                    0,
                                                    0});
  Ip6Headers headers(view(bytes));
  EXPECT_EQ(headers.offset(), 40u);
  EXPECT_EQ(headers.next_at(), 6u);
  ASSERT_TRUE(headers.is_extension() && headers.is_whole());
  headers.step();
  EXPECT_EQ(headers.next(), Ip6Headers::kDestinationOptions);
  EXPECT_EQ(headers.offset(), 56u);
  EXPECT_EQ(headers.next_at(), 40u);
  ASSERT_TRUE(headers.is_extension() && headers.is_whole());
  headers.step();
  EXPECT_EQ(headers.next(), protocol::kEsp);
  EXPECT_EQ(headers.offset(), 64u);
  EXPECT_FALSE(headers.is_extension());
}

TEST(Ip6Headers, KnowsAHeaderThatThePacketCuts) {
  auto bytes = packet(Ip6Headers::kHopByHop, {protocol::kEsp, 1, 0, 0, 0, 0, 0, 0});
  EXPECT_FALSE(Ip6Headers(view(bytes)).is_whole()) << "its own length is 16";
  bytes.resize(47);
  EXPECT_FALSE(Ip6Headers(view(bytes)).is_whole());
  bytes.resize(40);
  EXPECT_FALSE(Ip6Headers(view(bytes)).is_whole());
}

TEST(Ip6Headers, TellsFragmentsFromAnAtomicOne) {
  auto const fragment = [](std::uint8_t high, std::uint8_t low) {
    return packet(Ip6Headers::kFragment, {protocol::kUdp, 255, high, low, 0, 0, 0, 1});
  };
  auto const atomic = fragment(0, 0), first = fragment(0, 1), last = fragment(0, 8);
  EXPECT_FALSE(Ip6Headers(view(atomic)).in_parts());
  EXPECT_TRUE(Ip6Headers(view(atomic)).is_whole()) << "the second byte is no length here";
  EXPECT_TRUE(Ip6Headers(view(first)).in_parts());
  EXPECT_FALSE(Ip6Headers(view(first)).is_later_part());
  EXPECT_TRUE(Ip6Headers(view(last)).in_parts());
  EXPECT_TRUE(Ip6Headers(view(last)).is_later_part());
}

TEST(Ip6Headers, FindsTheFinalDestinationInARoutingHeader) {
  auto const destination = [](std::uint8_t type, std::uint8_t left) {
    Octets routing{protocol::kEsp, 4, type, left, 0, 0, 0, 0};  // two addresses
    routing.insert(routing.end(), 16, 3);
    routing.insert(routing.end(), 16, 4);
    auto const bytes = packet(Ip6Headers::kRouting, routing);
    auto const* const found = Ip6Headers::destination(view(bytes));
    EXPECT_EQ(found[0], found[15]);
    return unsigned{found[0]};
  };
  EXPECT_EQ(destination(0, 1), 4u) << "the last of type 0";
  EXPECT_EQ(destination(2, 1), 4u) << "the last of type 2";
  EXPECT_EQ(destination(4, 1), 3u) << "segments stand in reverse order (RFC 8754)";
  EXPECT_EQ(destination(0, 0), 2u) << "no stop is left";
  EXPECT_EQ(destination(9, 1), 2u) << "an unknown type";
  auto const plain = packet(protocol::kEsp, Octets(8, 0));
  EXPECT_EQ(*Ip6Headers::destination(view(plain)), 2);
}

}  // namespace
}  // namespace warpline::ipsec
