// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/pipeline_runner.hpp"

namespace warpline {
namespace {

using test::error_line;
using test::Frame;
using test::run_pipeline;

/// The output that a frame of `length` bytes takes.
int output_of(std::string const& arguments, unsigned outputs, std::size_t length) {
  auto text = "FromInput -> s :: PacketSizeClassifier" + arguments + "; o :: ToOutput;";
  for (unsigned i = 0; i < outputs; ++i)
    text += "s[" + std::to_string(i) + "] -> Paint(" + std::to_string(i) + ") -> o;";
  auto const out = run_pipeline(text, {Frame(length)}, {.frame_size = 65535});
  return out.sent[0].at(0).paint;
}

TEST(PacketSizeClassifier, PartsAt128And512BytesByDefault) {
  for (auto const& [length, output] : std::vector<std::pair<std::size_t, int>>{
           {0, 0}, {127, 0}, {128, 1}, {511, 1}, {512, 2}, {1514, 2}, {9000, 2}})
    EXPECT_EQ(output_of("", 3, length), output) << length;
}

TEST(PacketSizeClassifier, PartsAtTheBoundsGiven) {
  for (auto const& [length, output] : std::vector<std::pair<std::size_t, int>>{
           {0, 0}, {1, 1}, {63, 1}, {64, 2}, {8999, 2}, {9000, 3}, {65535, 4}})
    EXPECT_EQ(output_of("(1, 64, 9000, 65535)", 5, length), output) << length;
  EXPECT_EQ(output_of("(100)", 2, 99), 0);
  EXPECT_EQ(output_of("(100)", 2, 100), 1);
}

TEST(PacketSizeClassifier, SaysWhatABoundMayBe) {
  auto const error = [](std::string const& bounds) {
    return error_line("FromInput -> PacketSizeClassifier(" + bounds + ") -> ToOutput;");
  };
  std::string const name = "error: PacketSizeClassifier: ";
  EXPECT_EQ(error("0"), "test.click:1:35: " + name + "BOUND is 0; expected 1 or more");
  EXPECT_EQ(error("64, 64"), "test.click:1:39: " + name + "BOUND is 64; expected 65 or more");
  EXPECT_EQ(error("64, 65536"),
            "test.click:1:39: " + name + "BOUND is '65536'; expected an integer from 0 to 65535");
  EXPECT_EQ(error_line("FromInput -> PacketSizeClassifier -> ToOutput;"),
            "test.click:1:14: error: output [1] of 'PacketSizeClassifier@2 :: "
            "PacketSizeClassifier' is not connected");
}

}  // namespace
}  // namespace warpline
