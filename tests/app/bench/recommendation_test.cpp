// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/recommendation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace warpline::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Result result(char const* sizes, char const* device, Spread rate,
              std::map<std::string, double> shares = {}) {
  Result result;
  result.subject.sizes = sizes;
  result.subject.device = device;
  result.packets_per_second = rate;
  result.repeats = kMinTrials;
  result.device_share = std::move(shares);
  return result;
}

TEST(Recommendation, NamesTheWinnerAtEachSizeAndItsFactor) {
  std::vector<Result> const results = {
      result("64", "cpu", {8, 8, 8}),     result("64", "host", {2, 2, 2}),
      result("1408", "cpu", {1, 1, 1}),   result("1408", "host", {3, 3, 3}),
      result("512", "cpu", {39, 39, 39}), result("512", "host", {3, 3, 3})};
  EXPECT_THAT(recommendation(results), ElementsAre("cpu beats host 4.00x at 64, 13.0x at 512",
                                                   "host beats cpu 3.00x at 1408"));
}

TEST(Recommendation, SaysNoDifferenceUpToAFactorOf1Point2) {
  std::vector<Result> const results = {
      result("64", "host", {12, 12, 12}),      result("64", "cpu", {10, 10, 10}),
      result("256", "host", {10, 10, 10}),     result("256", "cpu", {12, 12, 12}),
      result("512", "host", {12.1, 12, 12.2}), result("512", "cpu", {10, 10, 10})};
  EXPECT_THAT(
      recommendation(results),
      ElementsAre("host beats cpu 1.21x at 512", "no difference between cpu and host at 64, 256"));
}

TEST(Recommendation, NamesAWinnerWhoseRangeOverlapsAndMarksIt) {
  std::vector<Result> const results = {result("64", "cpu", {8, 5, 9}),
                                       result("64", "host", {6, 6, 7})};
  EXPECT_THAT(recommendation(results), ElementsAre("cpu beats host 1.33x at 64 (ranges overlap)"));
}

TEST(Recommendation, ComparesTheTwoFastestOfSeveralDevices) {
  std::vector<Result> const results = {result("64", "cpu", {2, 2, 2}),
                                       result("64", "host", {1, 1, 1}),
                                       result("64", "cuda:0", {8, 8, 8})};
  EXPECT_THAT(recommendation(results), ElementsAre("cuda:0 beats cpu 4.00x at 64"));
}

TEST(Recommendation, IsNotHiddenByABalancerThatRightlyStaysOnTheCpu) {
  std::vector<Result> results;
  for (auto const* sizes : {"64", "256"}) {
    results.push_back(result(sizes, "cpu", {80, 79, 81}));
    results.push_back(result(sizes, "host", {2, 2, 2}));
    results.push_back(result(sizes, "adaptive", {78, 70, 81}, {{"cpu", 0.98}, {"host", 0.02}}));
  }
  EXPECT_THAT(recommendation(results),
              ElementsAre("cpu beats host 40.0x at 64, 40.0x at 256",
                          "adaptive stays on the CPU, rightly, at 64, 256"));
}

TEST(Recommendation, JudgesABalancerByTheBestOfTheCpuAndTheDevices) {
  auto const of = [](Spread rate, std::map<std::string, double> shares) {
    std::vector<Result> const results = {result("64", "cpu", {2, 2, 2}),
                                         result("64", "host", {4, 4, 4}),
                                         result("64", "adaptive", rate, std::move(shares))};
    return recommendation(results).back();
  };
  EXPECT_EQ(of({4, 4, 4}, {{"cpu", 0.03}, {"host", 0.97}}),
            "adaptive moves to host, rightly, at 64");
  EXPECT_EQ(of({5.6, 5, 6}, {{"cpu", 0.3}, {"host", 0.7}}),
            "adaptive gains over host alone: 1.40x at 64");
  EXPECT_EQ(of({2, 2, 2}, {{"cpu", 1}}), "adaptive loses to host alone: 0.50x at 64");
  EXPECT_EQ(of({2, 2, 5}, {{"cpu", 1}}),
            "adaptive loses to host alone: 0.50x at 64 (ranges overlap)");
  EXPECT_EQ(of({4.1, 4, 5}, {{"cpu", 0.5}, {"host", 0.5}}),
            "adaptive splits, as fast as host alone, at 64");
}

TEST(Recommendation, DoesNotCallAPlaceRightThatNothingWasComparedWith) {
  std::vector<Result> const results = {result("64", "cpu", {2, 2, 2}),
                                       result("64", "adaptive", {2, 2, 2}, {{"cpu", 1}})};
  EXPECT_THAT(recommendation(results), ElementsAre("adaptive stays on the CPU, at 64"));
}

TEST(Recommendation, NeedsThreeTrialsOfEachAtThatSize) {
  std::vector<Result> results = {result("64", "cpu", {8, 8, 8}), result("64", "host", {2, 2, 2}),
                                 result("64", "mix", {5, 5, 5}), result("256", "cpu", {8, 8, 8}),
                                 result("256", "host", {2, 2, 2})};
  results[1].repeats = 2;
  EXPECT_THAT(recommendation(results), ElementsAre("cpu beats host 4.00x at 256"));
  EXPECT_NE(trials_note(results), "");
  results[1].repeats = 3;
  EXPECT_EQ(recommendation(results).size(), 2u);
  EXPECT_EQ(trials_note(results), "");
}

TEST(Recommendation, SaysHowMuchFasterThanADeviceThatForwardsNothing) {
  std::vector<Result> const results = {result("64", "cpu", {8, 8, 8}), result("64", "host", {}),
                                       result("256", "cpu", {}), result("256", "host", {})};
  EXPECT_THAT(recommendation(results), ElementsAre("cpu beats host by any factor at 64",
                                                   "no difference between cpu and host at 256"));
}

TEST(Recommendation, HasNothingToSayAboutOneDevice) {
  std::vector<Result> const results = {result("64", "cpu", {8, 8, 8})};
  EXPECT_THAT(recommendation(results), IsEmpty());
  EXPECT_THAT(recommendation({}), IsEmpty());
}

}  // namespace
}  // namespace warpline::bench
