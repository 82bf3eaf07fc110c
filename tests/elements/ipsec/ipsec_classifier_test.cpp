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
using test::run_pipeline;

/// What leaves by 1 is caught; what leaves by 0 is counted as `discarded`.
test::Outcome classified(std::vector<Frame> const& frames) {
  return run_pipeline("FromInput -> esp :: IPsecClassifier; esp[0] -> Discard; esp[1] -> ToOutput;",
                      frames);
}

Frame esp_packet() {
  return FrameBuilder().ipv4({.protocol = 50}).payload(Frame(40, 0x99)).build();
}
Frame esp_in_udp() {
  return FrameBuilder().ipv6().udp(4500, 4500).payload(Frame(40, 0x99)).build();
}

TEST(IPsecClassifier, SendsIkeAndAllElseToTheSecondOutput) {
  std::vector<Frame> const others = {
      FrameBuilder().ipv4().udp(500, 500).payload("key exchange").build(),
      FrameBuilder().ipv4().udp(4500, 4500).payload(Frame(28)).build(),
      FrameBuilder().ipv6().tcp(1, 2).build(),
      FrameBuilder().type(0x0806).payload(Frame(46)).build()};
  auto frames = others;
  frames.insert(frames.begin() + 1, {esp_packet(), esp_in_udp()});
  auto const out = classified(frames);
  EXPECT_EQ(out.frames(0), others);
  EXPECT_EQ(out.drops, (Drops{{"discarded", 2}}));
}

TEST(IPsecClassifier, LetsNoCutOrContradictoryPacketPass) {
  std::vector<Frame> frames;
  for (auto const& whole : {esp_packet(), esp_in_udp()})
    for (std::ptrdiff_t size = 0; size < std::ssize(whole); ++size)
      frames.emplace_back(whole.begin(), whole.begin() + size);
  frames.push_back(esp_packet());
  frames.back()[14] = 0x44;  // a header shorter than any
  auto const out = classified(frames);
  EXPECT_EQ(out.transmitted, 0u);
  EXPECT_EQ(out.drops, (Drops{{"discarded", frames.size()}}));
}

}  // namespace
}  // namespace warpline
