// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/pipeline_runner.hpp"

namespace warpline {
namespace {

using test::error_line;
using test::Frame;
using test::PipelineRunner;
using test::run_pipeline;

using Lines = std::vector<std::string>;

TEST(Print, ShowsTheLengthAndTheFirstBytes) {
  auto const out = run_pipeline("FromInput -> Print(in, MAXLENGTH 6) -> ToOutput;",
                                {test::from_hex("00112233445566"), test::from_hex("ff"), {}});
  EXPECT_EQ(out.printed, (Lines{"in: 7 | 00112233 4455", "in: 1 | ff", "in: 0 |"}));
  EXPECT_EQ(out.transmitted, 3u);
}

TEST(Print, BeginsWithTheElementsNameWithoutALabel) {
  EXPECT_EQ(run_pipeline("FromInput -> here :: Print(MAXLENGTH 0) -> ToOutput;", {{1, 2}}).printed,
            (Lines{"here: 2 |"}));
  EXPECT_EQ(run_pipeline("FromInput -> Print(\"a, b\", 1) -> ToOutput;", {{1, 2}}).printed,
            (Lines{"a, b: 2 | 01"}));
}

TEST(Print, WritesSoManyLinesASecondAndSaysHowManyPacketsHadNone) {
  Lines printed;
  {
    PipelineRunner runner("FromInput(BURST 256) -> Print(x, 1, RATE 3) -> ToOutput;");
    printed = runner.run(std::vector<Frame>(100, Frame{5})).printed;
    EXPECT_EQ(printed, (Lines{"x: 1 | 05", "x: 1 | 05", "x: 1 | 05"}));
    runner.graph().stop();
    printed = runner.run(std::vector<Frame>{}).printed;
  }
  EXPECT_EQ(printed.back(), "x: 97 more not shown");
}

TEST(Print, SaysWhatItsLimitsAre) {
  EXPECT_EQ(error_line("FromInput -> Print(x, MAXLENGTH 257) -> ToOutput;"),
            "test.click:1:33: error: Print: MAXLENGTH is 257; expected 0 to 256");
  EXPECT_EQ(error_line("FromInput -> Print(RATE 0) -> ToOutput;"),
            "test.click:1:25: error: Print: RATE is 0; expected 1 to 1000");
  EXPECT_EQ(error_line("FromInput -> Print(RATE 1001) -> ToOutput;"),
            "test.click:1:25: error: Print: RATE is 1001; expected 1 to 1000");
  EXPECT_EQ(error_line("FromInput -> Print(a, 1, 2) -> ToOutput;"),
            "test.click:1:26: error: Print: unexpected argument '2'; it takes LABEL, MAXLENGTH, "
            "RATE");
}

}  // namespace
}  // namespace warpline
