// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/recommendation.hpp"

#include <gtest/gtest.h>

namespace warpline::bench {
namespace {

Result result(char const* sizes, char const* device, Spread rate) {
  Result made;
  made.subject.sizes = sizes;
  made.subject.device = device;
  made.packets_per_second = rate;
  return made;
}

TEST(Recommendation, NamesTheFastestAtEachSizeAndByHowMuch) {
  std::vector<Result> const results = {
      result("64", "cpu", {8, 8, 8}),   result("64", "host", {2, 2, 2}),
      result("1408", "cpu", {1, 1, 1}), result("1408", "host", {3, 3, 3}),
      result("512", "cpu", {6, 6, 6}),  result("512", "host", {3, 3, 3})};
  EXPECT_EQ(
      recommendation(results),
      "cpu is fastest at 64, 512 (2.0-4.0 x the next); host is fastest at 1408 (3.0 x the next)");
}

TEST(Recommendation, DoesNotTellApartWhatOverlaps) {
  std::vector<Result> const results = {result("64", "cpu", {8, 5, 9}),
                                       result("64", "mix", {6, 6, 7})};
  EXPECT_EQ(recommendation(results), "no clear winner at 64");
}

TEST(Recommendation, HasNothingToSayAboutOneDevice) {
  std::vector<Result> const results = {result("64", "cpu", {8, 8, 8})};
  EXPECT_EQ(recommendation(results), "");
  EXPECT_EQ(recommendation({}), "");
}

}  // namespace
}  // namespace warpline::bench
