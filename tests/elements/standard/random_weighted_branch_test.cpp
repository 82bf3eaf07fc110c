// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/pipeline_runner.hpp"

namespace warpline {
namespace {

using test::error_line;
using test::Frame;
using test::run_pipeline;

/// How many of `packets` took each of the outputs, in the order of packets by output number.
struct Taken {
  std::vector<std::uint64_t> counts;
  std::vector<std::uint8_t> sequence;
};

Taken take(std::string const& weights, std::size_t outputs, std::size_t packets,
           test::RunOptions options = {}) {
  auto text = "FromInput -> b :: RandomWeightedBranch(" + weights + "); o :: ToOutput;";
  for (std::size_t i = 0; i < outputs; ++i)
    text += "b[" + std::to_string(i) + "] -> Paint(" + std::to_string(i) + ") -> o;";
  options.bursts = {1};  // each packet leaves before the next one comes
  auto const out = run_pipeline(text, std::vector<Frame>(packets, Frame{1}), options);
  Taken taken{std::vector<std::uint64_t>(outputs), {}};
  for (auto const& sent : out.sent[0]) {
    ++taken.counts.at(sent.paint);
    taken.sequence.push_back(sent.paint);
  }
  return taken;
}

TEST(RandomWeightedBranch, TakesOutputsByTheirWeights) {
  // 10,000 draws: five standard deviations of 0.5 are 250.
  auto const taken = take("1, 2, 0.5, 0.5", 4, 10000);
  EXPECT_NEAR(static_cast<double>(taken.counts[0]), 2500, 250);
  EXPECT_NEAR(static_cast<double>(taken.counts[1]), 5000, 250);
  EXPECT_NEAR(static_cast<double>(taken.counts[2]), 1250, 250);
  EXPECT_NEAR(static_cast<double>(taken.counts[3]), 1250, 250);
}

TEST(RandomWeightedBranch, NeverTakesAnOutputOfWeightZero) {
  EXPECT_EQ(take("0, 1, 0", 3, 2000).counts, (std::vector<std::uint64_t>{0, 2000, 0}));
  EXPECT_EQ(take("3", 1, 100).counts, (std::vector<std::uint64_t>{100}));
}

TEST(RandomWeightedBranch, DrawsByTheSeedTheWorkerAndTheName) {
  auto const draws = [](std::uint64_t seed, unsigned worker) {
    return take("1, 1", 2, 200, {.worker = worker, .workers = 4, .seed = seed}).sequence;
  };
  EXPECT_EQ(draws(1, 0), draws(1, 0));
  EXPECT_NE(draws(1, 0), draws(2, 0));
  EXPECT_NE(draws(1, 0), draws(1, 1)) << "workers must not decide in step";
  EXPECT_NE(draws(1, 1), draws(1, 2));

  // Two of them in a row are independent: about a quarter of the packets take each way.
  auto const out = run_pipeline(
      "FromInput -> a :: RandomWeightedBranch(1, 1); a[0] -> b :: RandomWeightedBranch(1, 1);"
      "a[1] -> Discard; b[0] -> ToOutput; b[1] -> Discard;",
      std::vector<Frame>(4000, Frame{1}));
  EXPECT_NEAR(static_cast<double>(out.transmitted), 1000, 140);
}

TEST(RandomWeightedBranch, SaysWhatAWeightMayBe) {
  auto const error = [](std::string const& weights) {
    return error_line("FromInput -> RandomWeightedBranch(" + weights + ") -> ToOutput;");
  };
  std::string const name = "error: RandomWeightedBranch: ";
  EXPECT_EQ(error("1, -2"), "test.click:1:38: " + name + "WEIGHT is '-2'; expected 0 or more");
  EXPECT_EQ(error("x"), "test.click:1:35: " + name + "WEIGHT is 'x'; expected a number");
  EXPECT_EQ(error("inf"), "test.click:1:35: " + name + "WEIGHT is 'inf'; expected 0 or more");
  EXPECT_EQ(error("nan"), "test.click:1:35: " + name + "WEIGHT is 'nan'; expected 0 or more");
  EXPECT_EQ(error("1 2"), "test.click:1:35: " + name + "WEIGHT is '1 2'; expected a number");
  EXPECT_EQ(error("0, 0"), "test.click:1:14: " + name + "the weights add up to nothing");
  EXPECT_EQ(error("1e308, 1e308"), "test.click:1:14: " + name + "the weights add up to infinity");
  EXPECT_EQ(error(""), "test.click:1:14: " + name + "missing argument WEIGHT");
}

}  // namespace
}  // namespace warpline
