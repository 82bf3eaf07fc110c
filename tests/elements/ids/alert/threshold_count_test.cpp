// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/alert/threshold_count.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace warpline::ids {
namespace {

/// One letter for each match: `A` alerts, `s` acts only, `.` nothing.
std::string outcomes(Threshold const& threshold, std::vector<double> const& seconds) {
  ThresholdCount count;
  std::string letters;
  for (auto const now : seconds) {
    auto const outcome = count.count(threshold, static_cast<std::uint64_t>(now * 1e6));
    letters += outcome == ThresholdOutcome::kAlert        ? 'A'
               : outcome == ThresholdOutcome::kSuppressed ? 's'
                                                          : '.';
  }
  return letters;
}

Threshold threshold(Threshold::Type type, std::uint32_t count, std::uint32_t seconds,
                    std::uint32_t multiplier = 0) {
  return {.type = type, .count = count, .seconds = seconds, .multiplier = multiplier};
}
using Type = Threshold::Type;

TEST(ThresholdCount, LimitsTheAlertsOfAWindow) {
  EXPECT_EQ(outcomes(threshold(Type::kLimit, 2, 10), {0, 1, 2, 10, 11, 12, 13}), "AAssAAs")
      << "the window from 0 includes 10; the next begins at 11";
}

TEST(ThresholdCount, BeginsANewWindowIfTheClockWasSetBackByMoreThanOne) {
  EXPECT_EQ(outcomes(threshold(Type::kLimit, 1, 10), {100, 101, 90, 89, 90, 100}), "AssAsA");
}

TEST(ThresholdCount, CountsOlderMatchesOfOtherWorkersInTheWindow) {
  EXPECT_EQ(outcomes(threshold(Type::kLimit, 1, 10), {20, 19, 21, 20, 31}), "AsssA");
}

TEST(ThresholdCount, TakesWindowsAfterTheLastSecond) {
  EXPECT_EQ(outcomes(threshold(Type::kLimit, 1, 0x7fffffff), {0xf0000000, 0xf0000001}), "As");
}

TEST(ThresholdCount, CountsAWindowInMicroseconds) {
  EXPECT_EQ(outcomes(threshold(Type::kLimit, 1, 1), {0.9, 1.9, 1.900001}), "AsA");
}

TEST(ThresholdCount, AlertsAtEveryNthMatch) {
  EXPECT_EQ(outcomes(threshold(Type::kThreshold, 3, 60), {0, 1, 2, 3, 4, 5, 6}), "..A..A.");
  EXPECT_EQ(outcomes(threshold(Type::kThreshold, 3, 10), {0, 1, 20, 21, 22}), "....A")
      << "a new window counts from its first match";
  EXPECT_EQ(outcomes(threshold(Type::kThreshold, 2, 10), {0, 9, 10, 12, 13}), ".A..A")
      << "the window goes on after an alert";
}

TEST(ThresholdCount, AlertsOnceAWindowFromTheNthMatch) {
  EXPECT_EQ(outcomes(threshold(Type::kBoth, 2, 10), {0, 1, 2, 3, 20, 21}), ".Ass.A");
}

TEST(ThresholdCount, FiltersTheFirstMatches) {
  EXPECT_EQ(outcomes(threshold(Type::kDetectionFilter, 2, 10), {0, 1, 2, 3, 20, 21, 22}),
            "..AA..A");
}

TEST(ThresholdCount, BacksOff) {
  EXPECT_EQ(outcomes(threshold(Type::kBackoff, 1, 0, 2), {0, 0, 0, 0, 0, 0, 0, 0}), "AAsAsssA");
}

}  // namespace
}  // namespace warpline::ids
