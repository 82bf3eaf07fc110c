// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

namespace warpline {
namespace {

using test::Drops;
using test::Frame;
using test::FrameBuilder;
using test::Ipv6;
using test::run_pipeline;

std::string verdict(Frame const& frame) {
  auto const out = run_pipeline("FromInput -> CheckIP6Header -> ToOutput;", {frame});
  if (out.drops.empty()) {
    EXPECT_EQ(out.frames(0), std::vector<Frame>{frame});
    return "";
  }
  return out.drops.begin()->first;
}
std::string verdict(Ipv6 const& ip) {
  return verdict(FrameBuilder().ipv6(ip).payload("12345678").build());
}

TEST(CheckIP6Header, PassesCorrectHeaders) {
  EXPECT_EQ(verdict(Ipv6{}), "");
  EXPECT_EQ(verdict(Ipv6{.payload_length = 0}), "");
  EXPECT_EQ(verdict(FrameBuilder().ipv6().pad_to(60).build()), "");
}

TEST(CheckIP6Header, DropsWhatIsNoCorrectHeader) {
  EXPECT_EQ(verdict(FrameBuilder().ipv4().build()), "not_ipv6");
  EXPECT_EQ(verdict(FrameBuilder().vlan(3).ipv6().build()), "");
  EXPECT_EQ(verdict(FrameBuilder().vlan(3).vlan(4).vlan(5).ipv6().build()), "vlan");
  for (std::uint8_t version = 0; version < 16; ++version)
    EXPECT_EQ(verdict(Ipv6{.version = version}), version == 6 ? "" : "ip6_bad_version");
  EXPECT_EQ(verdict(Ipv6{.payload_length = 8}), "");
  EXPECT_EQ(verdict(Ipv6{.payload_length = 9}), "ip6_bad_length");
  EXPECT_EQ(verdict(Ipv6{.payload_length = 65535}), "ip6_bad_length");
  EXPECT_EQ(verdict(Ipv6{.source = {0xff, 2}}), "ip6_bad_source");
  EXPECT_EQ(verdict(Ipv6{.source = {0xfe, 0x80}}), "");
}

TEST(CheckIP6Header, DropsFramesThatEndWithinTheHeader) {
  auto const whole = FrameBuilder().ipv6().build();
  for (std::ptrdiff_t length = 0; length < 54; ++length)
    ASSERT_EQ(verdict(Frame(whole.begin(), whole.begin() + length)), "truncated") << length;
}

TEST(DecIP6HLIM, LowersTheHopLimit) {
  for (unsigned limit = 2; limit < 256; ++limit) {
    Ipv6 ip{.hop_limit = static_cast<std::uint8_t>(limit)};
    auto const before = FrameBuilder().ipv6(ip).udp(1, 2).build();
    --ip.hop_limit;
    auto const after = FrameBuilder().ipv6(ip).udp(1, 2).build();
    ASSERT_EQ(run_pipeline("FromInput -> DecIP6HLIM -> ToOutput;", {before}).frames(0),
              std::vector<Frame>{after});
  }
}

TEST(DecIP6HLIM, DropsPacketsWhoseHopsAreOverAndCutOnes) {
  std::vector<Frame> frames;
  for (std::uint8_t limit = 0; limit < 3; ++limit)
    frames.push_back(FrameBuilder().ipv6({.hop_limit = limit}).build());
  for (std::size_t length = 0; length < 54; ++length) frames.emplace_back(length, 0xff);
  auto const out = run_pipeline("FromInput -> DecIP6HLIM -> ToOutput;", frames);
  EXPECT_EQ(out.drops, (Drops{{"hop_limit_expired", 2}, {"truncated", 54}}));
  EXPECT_EQ(out.transmitted, 1u);
}

}  // namespace
}  // namespace warpline
