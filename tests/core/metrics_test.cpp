// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/metrics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace warpline {
namespace {

TEST(Histogram, QuantilesAreWithinOneSixteenthOfTheSortedValues) {
  std::mt19937_64 random(7);
  std::vector<std::uint64_t> values;
  auto histogram = std::make_unique<Histogram>();
  for (int i = 0; i < 20'000; ++i) {
    auto const value = random() >> (random() % 60);
    values.push_back(value);
    histogram->record(value);
  }
  std::sort(values.begin(), values.end());
  for (double const q : {0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    auto const exact = values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
    auto const value = histogram->quantile(q);
    EXPECT_GE(value, exact) << q;
    EXPECT_LE(static_cast<double>(value), static_cast<double>(exact) * 1.0626 + 1) << q;
  }
  EXPECT_EQ(histogram->count(), values.size());
}

TEST(Histogram, TakesTheLargestValue) {
  Histogram histogram;
  histogram.record(~std::uint64_t{0});
  EXPECT_EQ(histogram.quantile(0.5), ~std::uint64_t{0});
}

TEST(Histogram, SubtractionLeavesWhatCameLater) {
  Histogram all, later, copy;
  for (std::uint64_t value = 1; value < 5000; value += 7) all.record(value, 3);
  copy.merge(all);
  for (std::uint64_t value = 100'000; value < 200'000; value += 999) {
    all.record(value);
    later.record(value);
  }
  all.subtract(copy);
  EXPECT_EQ(all.count(), later.count());
  for (double const q : {0.0, 0.5, 0.99, 1.0}) EXPECT_EQ(all.quantile(q), later.quantile(q));
}

TEST(IdleClock, CountsStretchesAndTheOneThatLasts) {
  IdleClock clock;
  EXPECT_EQ(clock.until(100), 0u);
  clock.idle(100);
  clock.idle(110);
  EXPECT_EQ(clock.until(120), 20u);
  EXPECT_EQ(clock.until(90), 0u);  // a reader that took its time before the stretch began
  clock.busy(150);
  EXPECT_EQ(clock.until(1000), 50u);
  clock.idle(1000);
  EXPECT_EQ(clock.until(1001), 51u);
}

TEST(DropReason, IsOneForOneName) {
  EXPECT_EQ(DropReason::named("test_a"), DropReason::named("test_a"));
  EXPECT_FALSE(DropReason::named("test_a") == DropReason::named("test_b"));
  EXPECT_EQ(drop<"test_a">().reason().name(), "test_a");
  EXPECT_TRUE(drop<"test_a">().is_drop());
  EXPECT_FALSE(forward(3).is_drop());
  EXPECT_EQ(forward(3).port(), 3);
}

}  // namespace
}  // namespace warpline
