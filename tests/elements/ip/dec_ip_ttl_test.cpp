// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

namespace warpline {
namespace {

using test::Frame;
using test::FrameBuilder;

constexpr char kPipeline[] = "FromInput -> DecIPTTL -> ToOutput;";

TEST(DecIPTTL, LowersTheTtlAndKeepsTheChecksumRight) {
  std::mt19937_64 random(1);
  for (unsigned ttl = 2; ttl < 256; ++ttl) {
    test::Ipv4 ip{.source = static_cast<std::uint32_t>(random()),
                  .ttl = static_cast<std::uint8_t>(ttl)};
    ip.id = static_cast<std::uint16_t>(random());
    auto const before = FrameBuilder().ipv4(ip).udp(1, 2).build();
    --ip.ttl;
    auto const after = FrameBuilder().ipv4(ip).udp(1, 2).build();
    ASSERT_EQ(test::run_pipeline(kPipeline, {before}).frames(0), std::vector<Frame>{after})
        << "ttl " << ttl;
  }
}

TEST(DecIPTTL, LeavesAWrongChecksumWrongByAsMuch) {
  auto const frame = FrameBuilder().ipv4({.ttl = 9, .right_checksum = false}).build();
  auto const sent = test::run_pipeline(kPipeline, {frame}).frames(0).at(0);
  EXPECT_EQ(sent[22], 8);
  auto const header = [](Frame const& whole) {
    return Frame(whole.begin() + 14, whole.begin() + 34);
  };
  EXPECT_NE(test::plain_checksum(header(frame)), 0);
  EXPECT_EQ(test::plain_checksum(header(sent)), test::plain_checksum(header(frame)));
}

TEST(DecIPTTL, DropsPacketsWhoseTimeIsOver) {
  std::vector<Frame> frames;
  for (std::uint8_t ttl = 0; ttl < 3; ++ttl)
    frames.push_back(FrameBuilder().ipv4({.ttl = ttl}).build());
  auto const out = test::run_pipeline(kPipeline, frames);
  EXPECT_EQ(out.frames(0).size(), 1u);
  EXPECT_EQ(out.drops, (std::map<std::string, std::uint64_t>{{"ttl_expired", 2}}));
}

TEST(DecIPTTL, DropsFramesWithoutAWholeHeader) {
  auto const whole = FrameBuilder().ipv4().build();
  for (std::size_t length = 0; length < 34; ++length) {
    auto const out = test::run_pipeline(
        kPipeline, {Frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))});
    ASSERT_EQ(out.drops, (std::map<std::string, std::uint64_t>{{"truncated", 1}})) << length;
  }
}

}  // namespace
}  // namespace warpline
