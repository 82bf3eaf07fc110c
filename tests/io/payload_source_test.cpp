// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/generator/payload_source.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/frame.hpp"

namespace warpline {
namespace {

using test::Frame;
using test::FrameBuilder;

std::string payload_of(Frame const& frame) {
  auto const payload = payload_of_frame({frame.data(), static_cast<std::uint32_t>(frame.size())});
  return {reinterpret_cast<char const*>(payload.data), payload.size};
}

TEST(PayloadOfFrame, FollowsTheTransportHeader) {
  EXPECT_EQ(payload_of(FrameBuilder().ipv4().udp(1, 2).payload("udp").pad_to(60).build()), "udp");
  EXPECT_EQ(payload_of(FrameBuilder().ipv4().tcp(1, 2).payload("tcp").pad_to(60).build()), "tcp");
  EXPECT_EQ(payload_of(FrameBuilder().ipv6().udp(1, 2).payload("six").build()), "six");
  EXPECT_EQ(payload_of(FrameBuilder().ipv4({.options = Frame(8, 1)}).payload("other").build()),
            "other");
}

TEST(PayloadOfFrame, FollowsOneOrTwoTagsOfAnyKind) {
  auto frame = FrameBuilder().vlan(5).ipv4().udp(1, 2).payload("tagged").build();
  EXPECT_EQ(payload_of(frame), "tagged");
  frame.insert(frame.begin() + 12, {0x88, 0xa8, 0, 6});
  EXPECT_EQ(payload_of(frame), "tagged");
}

TEST(PayloadOfFrame, FollowsTheExtensionHeadersOfIpv6) {
  auto payload = test::from_hex("11 00 00 00 00 00 00 00  0001 0002 000c 0000");
  for (char const c : std::string("deep")) payload.push_back(static_cast<std::uint8_t>(c));
  EXPECT_EQ(payload_of(FrameBuilder().ipv6({.next_header = 60}).payload(payload).build()), "deep");
}

TEST(PayloadOfFrame, IsEmptyWithoutAWholeIpPacketHeader) {
  EXPECT_EQ(payload_of(FrameBuilder().type(0x0806).payload("arp").build()), "");
  auto const frame = FrameBuilder().vlan(5).ipv4().tcp(1, 2).payload("x").build();
  for (auto end = frame.begin(); end != frame.end(); ++end)
    EXPECT_EQ(payload_of(Frame(frame.begin(), end)), "");
  EXPECT_EQ(payload_of(frame), "x");
}

}  // namespace
}  // namespace warpline
