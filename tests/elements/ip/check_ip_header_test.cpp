// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/pipeline_runner.hpp"
#include "tests/support/reference_headers.hpp"
#include "tests/support/traffic.hpp"

namespace warpline {
namespace {

using test::Drops;
using test::Frame;
using test::FrameBuilder;
using test::Ipv4;
using test::run_pipeline;

constexpr char kPipeline[] = "FromInput -> CheckIPHeader -> ToOutput;";

/// The reason a frame is dropped for; empty where it passes unchanged.
std::string verdict(Frame const& frame) {
  auto const out = run_pipeline(kPipeline, {frame});
  if (out.drops.empty()) {
    EXPECT_EQ(out.frames(0), std::vector<Frame>{frame});
    return "";
  }
  return out.drops.begin()->first;
}
std::string verdict(Ipv4 const& ip, std::string_view payload = "payload") {
  return verdict(FrameBuilder().ipv4(ip).payload(payload).build());
}

TEST(CheckIPHeader, PassesCorrectHeaders) {
  EXPECT_EQ(verdict(Ipv4{}), "");
  EXPECT_EQ(verdict(Ipv4{}, ""), "") << "a header alone";
  EXPECT_EQ(verdict(Ipv4{.ttl = 0}), "") << "the TTL is another element's business";
  EXPECT_EQ(verdict(FrameBuilder().ipv4().udp(1, 2).pad_to(60).build()), "") << "padding";
  EXPECT_EQ(verdict(FrameBuilder().ipv4().udp(1, 2, false).build()), "") << "not the payload's sum";
}

TEST(CheckIPHeader, PassesEveryLengthOfOptions) {
  std::mt19937_64 random(1);
  for (std::size_t size = 0; size <= 40; size += 4)
    EXPECT_EQ(verdict(Ipv4{.options = test::random_bytes(random, size)}), "") << size;
}

TEST(CheckIPHeader, DropsFramesThatEndWithinTheHeader) {
  auto const whole = FrameBuilder().ipv4({.options = Frame(8, 1)}).build();
  ASSERT_EQ(whole.size(), 42u);
  for (std::ptrdiff_t length = 0; length < 42; ++length)
    ASSERT_EQ(verdict(Frame(whole.begin(), whole.begin() + length)), "truncated") << length;
}

TEST(CheckIPHeader, DropsOtherEthernetTypes) {
  EXPECT_EQ(verdict(FrameBuilder().ipv6().build()), "not_ipv4");
  EXPECT_EQ(verdict(FrameBuilder().vlan(3).ipv6().build()), "not_ipv4");
  EXPECT_EQ(verdict(FrameBuilder().vlan(3).vlan(4).ipv4().build()), "");
  EXPECT_EQ(verdict(FrameBuilder().vlan(3).vlan(4).vlan(5).ipv4().build()), "vlan");
  EXPECT_EQ(verdict(FrameBuilder().type(0x0806).ipv4().build()), "not_ipv4");
}

TEST(CheckIPHeader, DropsEveryOtherVersion) {
  for (unsigned version = 0; version < 16; ++version)
    EXPECT_EQ(verdict(Ipv4{.version_ihl = static_cast<std::uint8_t>(version << 4 | 5)}),
              version == 4 ? "" : "ip_bad_version");
}

TEST(CheckIPHeader, DropsHeaderLengthsBelowTwentyBytes) {
  for (unsigned words = 0; words < 5; ++words)
    EXPECT_EQ(verdict(Ipv4{.version_ihl = static_cast<std::uint8_t>(0x40 | words)}),
              "ip_bad_header_length");
}

TEST(CheckIPHeader, DropsTotalLengthsBelowTheHeaderOrBeyondTheFrame) {
  EXPECT_EQ(verdict(Ipv4{.total_length = 19}), "ip_bad_length");
  EXPECT_EQ(verdict(Ipv4{.options = Frame(4, 1), .total_length = 23}), "ip_bad_length");
  EXPECT_EQ(verdict(Ipv4{.options = Frame(4, 1), .total_length = 24}), "");
  EXPECT_EQ(verdict(Ipv4{.total_length = 28}, "12345678"), "");
  EXPECT_EQ(verdict(Ipv4{.total_length = 29}, "12345678"), "ip_bad_length");
  EXPECT_EQ(verdict(Ipv4{.total_length = 65535}), "ip_bad_length");
  EXPECT_EQ(verdict(Ipv4{.total_length = 0}), "ip_bad_length");
}

TEST(CheckIPHeader, DropsHeadersWithAnyBitChanged) {
  EXPECT_EQ(verdict(Ipv4{.right_checksum = false}), "ip_bad_checksum");
  auto const right = FrameBuilder().ipv4({.options = Frame(4, 7)}).payload("payload").build();
  for (std::size_t bit = 14 * 8; bit < (14 + 24) * 8; ++bit) {
    auto wrong = right;
    wrong[bit / 8] = static_cast<std::uint8_t>(wrong[bit / 8] ^ 1u << bit % 8);
    ASSERT_NE(verdict(wrong), "") << "bit " << bit;
  }
}

TEST(CheckIPHeader, GivesEveryFrameOneVerdict) {
  auto const frames = test::mixed_traffic(11, 8000, 9000);
  auto const out = run_pipeline(kPipeline, frames, {.frame_size = 9000});
  for (std::string const reason : {"truncated", "vlan", "not_ipv4", "ip_bad_version",
                                   "ip_bad_header_length", "ip_bad_length", "ip_bad_checksum"})
    EXPECT_EQ(out.drops.count(reason), 1u) << reason;
  EXPECT_EQ(out.drops.size(), 7u);
  for (auto const& frame : out.frames(0)) {
    auto const headers = test::ReferenceHeaders(frame).headers;
    auto const ip = frame.begin() + headers.l2_length;
    ASSERT_EQ(test::plain_checksum(Frame(ip, ip + headers.l3_length)), 0);
  }
}

}  // namespace
}  // namespace warpline
