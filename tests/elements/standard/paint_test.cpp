// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/pipeline_runner.hpp"

namespace warpline {
namespace {

using test::Drops;
using test::error_line;
using test::Frame;
using test::run_pipeline;

Frame const kFrame = test::FrameBuilder().build();
/// Paints frames 0, 1, 2, 3 by their first byte.
constexpr char kColors[] =
    "FromInput -> c :: Classifier(0/00, 0/01, 0/02, 0/03); c[0] -> Paint(0) -> n :: Null;"
    "c[1] -> Paint(1) -> n; c[2] -> Paint(2) -> n; c[3] -> Paint(255) -> n; n -> ";

std::vector<Frame> colors(std::initializer_list<std::uint8_t> numbers) {
  std::vector<Frame> frames;
  for (auto const number : numbers) frames.push_back({number});
  return frames;
}

TEST(Paint, IsZeroWhenReceivedAndThenWhatWasPaintedLast) {
  EXPECT_EQ(run_pipeline("FromInput -> ToOutput;", {kFrame}).sent[0][0].paint, 0);
  EXPECT_EQ(run_pipeline("FromInput -> Paint(1) -> Paint(COLOR 0xff) -> ToOutput;", {kFrame})
                .sent[0][0]
                .paint,
            255);
}

TEST(CheckPaint, PartsOneColourFromTheOthers) {
  auto const out = run_pipeline(std::string(kColors) +
                                    "red :: CheckPaint(1); red[0] -> ToOutput;"
                                    "red[1] -> EtherMirror -> Discard;",
                                colors({1, 0, 1, 2, 1}));
  EXPECT_EQ(out.frames(0), colors({1, 1, 1}));
  EXPECT_EQ(out.drops, (Drops{{"truncated", 2}})) << "the second output goes to the mirror";
}

TEST(CheckPaint, DropsOtherColoursWhereItHasOneOutput) {
  auto const out = run_pipeline(std::string(kColors) + "red :: CheckPaint(2) -> ToOutput;",
                                colors({1, 2, 3, 2}));
  EXPECT_EQ(out.frames(0), colors({2, 2}));
  EXPECT_EQ(out.drops_at, (Drops{{"red:wrong_paint", 2}}));
}

TEST(PaintSwitch, SendsAColourToItsOutput) {
  auto const out = run_pipeline(
      std::string(kColors) + "s :: PaintSwitch; s[0] -> Paint(9) -> o :: ToOutput; s[1] -> o;",
      colors({1, 0, 1, 2, 3}), {.bursts = {1}});
  std::vector<int> paints;
  for (auto const& sent : out.sent[0]) paints.push_back(sent.paint);
  EXPECT_EQ(paints, (std::vector<int>{1, 9, 1}));
  EXPECT_EQ(out.drops_at, (Drops{{"s:unknown_paint", 2}}));
}

TEST(Paint, SaysWhatColoursThereAre) {
  std::string const expected = "expected an integer from 0 to 255";
  EXPECT_EQ(error_line("FromInput -> Paint(256) -> ToOutput;"),
            "test.click:1:20: error: Paint: COLOR is '256'; " + expected);
  EXPECT_EQ(error_line("FromInput -> Paint -> ToOutput;"),
            "test.click:1:14: error: Paint: missing argument COLOR");
  EXPECT_EQ(error_line("FromInput -> CheckPaint(red) -> ToOutput;"),
            "test.click:1:25: error: CheckPaint: COLOR is 'red'; " + expected);
  EXPECT_EQ(error_line("FromInput -> PaintSwitch(1) -> ToOutput;"),
            "test.click:1:26: error: PaintSwitch: unexpected argument '1'; it takes none");
}

TEST(Paint, ChecksTheOutputsOfSwitches) {
  EXPECT_EQ(error_line("FromInput -> c :: CheckPaint(1) -> ToOutput; c[2] -> Discard;"),
            "test.click:1:14: error: 'c :: CheckPaint' has no output [2]; it has 2");
  EXPECT_EQ(error_line("FromInput -> c :: CheckPaint(1); c[1] -> Discard;"),
            "test.click:1:14: error: output [0] of 'c :: CheckPaint' is not connected");
  EXPECT_EQ(
      error_line("FromInput -> PaintSwitch;"),
      "test.click:1:14: error: output [0] of 'PaintSwitch@2 :: PaintSwitch' is not connected");
}

}  // namespace
}  // namespace warpline
