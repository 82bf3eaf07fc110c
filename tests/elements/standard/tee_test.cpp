// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

namespace warpline {
namespace {

using test::Drops;
using test::error_line;
using test::Frame;
using test::mixed_traffic;
using test::PipelineRunner;
using test::run_pipeline;

constexpr char kThree[] =
    "FromInput(BURST 256) -> t :: Tee(3); t[0] -> Paint(0) -> o :: ToOutput; t[1] -> Paint(1) -> o;"
    "t[2] -> Paint(2) -> o;";

std::vector<Frame> painted(test::Outcome const& outcome, unsigned paint) {
  std::vector<Frame> frames;
  for (auto const& sent : outcome.sent[0])
    if (sent.paint == paint) frames.push_back(sent.frame);
  return frames;
}

TEST(Tee, GivesEveryOutputAllPacketsInOrder) {
  auto const frames = mixed_traffic(1, 1000);
  for (unsigned const burst : {1u, 3u, 64u, 256u}) {
    auto const out = run_pipeline(kThree, frames, {.bursts = {burst}});
    for (unsigned output = 0; output < 3; ++output) ASSERT_EQ(painted(out, output), frames);
    EXPECT_EQ(out.created, 2000u);
    EXPECT_EQ(out.transmitted, 3000u);
  }
}

TEST(Tee, MakesCopiesThatShareNoByteWithTheOriginal) {
  auto const frame = test::FrameBuilder().ipv4().build();
  auto const out = run_pipeline(
      "FromInput -> t :: Tee; t[0] -> EtherMirror -> o :: ToOutput; t[1] -> Paint(1) -> o;",
      {frame});
  ASSERT_EQ(painted(out, 1).size(), 1u);
  EXPECT_EQ(painted(out, 1)[0], frame);
  EXPECT_NE(painted(out, 0)[0], frame);
}

TEST(Tee, CopiesWhatElementsKnowOfAPacket) {
  PipelineRunner runner(
      "FromInput -> Paint(7) -> FlowHash -> t :: Tee(2); t[0] -> Discard; t[1] -> ToOutput;",
      {.ports = 3});
  auto const out = runner.run_ports({{}, {}, {test::FrameBuilder().ipv4().udp(1, 2).build()}});
  ASSERT_EQ(out.sent[2].size(), 1u) << "the output port is copied";
  EXPECT_EQ(out.sent[2][0].in_port, 2);
  EXPECT_EQ(out.sent[2][0].paint, 7);
  EXPECT_NE(out.sent[2][0].flow, 0u);
}

TEST(Tee, WithoutANumberHasAsManyOutputsAsAreConnected) {
  auto const frame = test::FrameBuilder().build();
  EXPECT_EQ(run_pipeline("FromInput -> Tee -> ToOutput;", {frame}).transmitted, 1u);
  auto const out = run_pipeline(
      "FromInput -> t :: Tee; t[0] -> a :: ToOutput; t[1] -> a; t[2] -> a; t[3] -> a;", {frame});
  EXPECT_EQ(out.transmitted, 4u);
}

TEST(Tee, CountsCopiesThatFindNoBuffer) {
  auto const frames = std::vector<Frame>(100, test::FrameBuilder().build());
  auto const out = run_pipeline(kThree, frames, {.bursts = {100}, .buffers = 130});
  // 130 buffers for 100 originals leave 30; outputs are served from the last one on.
  EXPECT_EQ(out.drops_at, (Drops{{"t:no_buffer", 170}}));
  EXPECT_EQ(painted(out, 0).size(), 100u);
  EXPECT_EQ(painted(out, 1).size() + painted(out, 2).size(), 30u);
  EXPECT_EQ(out.created, 200u);
}

TEST(Tee, CountsCopiesThatFindNoBatch) {
  PipelineRunner runner("FromInput -> t :: Tee(2); t[0] -> ToOutput; t[1] -> Discard;",
                        {.batches = 66});
  std::vector<BatchPtr> held;
  std::vector<Frame> const frames(10, test::FrameBuilder().build());
  // The source leaves 64 batches to others, so the pool is emptied while it holds its next one.
  runner.run({});
  while (auto batch = runner.batches().allocate()) held.push_back(std::move(batch));
  auto const out = runner.run(frames);
  EXPECT_EQ(out.drops_at, (Drops{{"t:no_batch", 10}}));
  EXPECT_EQ(out.frames(0), frames);
}

TEST(Tee, CountsCopiesThatDoNotFitIntoABuffer) {
  // What was prepended lies in the headroom; a copy gets a headroom of its own.
  auto const out = run_pipeline(
      "FromInput -> TestPrepend(100) -> t :: Tee(2); t[0] -> ToOutput; t[1] -> d :: Discard;",
      {Frame(1500), Frame(1400)}, {.frame_size = 1500});
  EXPECT_EQ(out.drops_at, (Drops{{"t:copy_too_long", 1}, {"d:discarded", 1}}));
}

TEST(Tee, SaysWhatNumbersOfOutputsThereMayBe) {
  EXPECT_EQ(error_line("FromInput -> Tee(0) -> ToOutput;"),
            "test.click:1:18: error: Tee: N is 0; expected 1 to 64");
  EXPECT_EQ(error_line("FromInput -> Tee(65) -> ToOutput;"),
            "test.click:1:18: error: Tee: N is 65; expected 1 to 64");
  EXPECT_EQ(error_line("FromInput -> Tee(N x) -> ToOutput;"),
            "test.click:1:20: error: Tee: N is 'x'; expected an integer from 0 to 4294967295");
  EXPECT_EQ(error_line("FromInput -> t :: Tee(2) -> ToOutput;"),
            "test.click:1:14: error: output [1] of 't :: Tee' is not connected");
}

}  // namespace
}  // namespace warpline
