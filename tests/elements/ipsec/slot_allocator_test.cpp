// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/database/slot_allocator.hpp"

#include <gtest/gtest.h>

namespace warpline::ipsec {
namespace {

using std::chrono::seconds;

struct SlotAllocatorTest : ::testing::Test {
  Quiescence domain;
  SlotAllocator slots{domain, 3, seconds(10)};
  SlotAllocator::Time now{};
};

TEST_F(SlotAllocatorTest, GivesOutEachIndexOnce) {
  for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(slots.take(now), i);
  EXPECT_EQ(slots.take(now), std::nullopt);
}

TEST_F(SlotAllocatorTest, HoldsAnIndexForTheWholeTime) {
  for (int i = 0; i < 3; ++i) slots.take(now);
  slots.give(1, now);
  EXPECT_EQ(slots.take(now + seconds(10) - std::chrono::nanoseconds(1)), std::nullopt);
  EXPECT_EQ(slots.held(), 1u);
  EXPECT_EQ(slots.take(now + seconds(10)), 1u);
  EXPECT_EQ(slots.held(), 0u);
  EXPECT_EQ(slots.take(now + seconds(100)), std::nullopt);
}

TEST_F(SlotAllocatorTest, PrefersAnIndexThatWasUsedBefore) {
  slots.take(now);
  slots.give(0, now);
  EXPECT_EQ(slots.take(now), 1u);
  EXPECT_EQ(slots.take(now + seconds(10)), 0u);
  EXPECT_EQ(slots.take(now + seconds(10)), 2u);
}

TEST_F(SlotAllocatorTest, WaitsForReadersAfterTheTimeNotBefore) {
  Quiescence::Reader reader(domain), sleeper(domain);
  sleeper.offline();
  for (int i = 0; i < 3; ++i) slots.take(now);
  slots.give(2, now);
  reader.online();
  now += seconds(10);
  EXPECT_EQ(slots.take(now), std::nullopt) << "a state before the end of the time does not count";
  now += seconds(1000);
  EXPECT_EQ(slots.take(now), std::nullopt) << "time alone is not enough";
  reader.online();
  EXPECT_EQ(slots.take(now), 2u);
}

TEST_F(SlotAllocatorTest, CollectsWhatHasComeBackAndWasNotTakenAgain) {
  for (int i = 0; i < 3; ++i) slots.take(now);
  slots.give(0, now);
  EXPECT_TRUE(slots.collect(now).empty());
  now += seconds(10);
  EXPECT_EQ(slots.collect(now), std::vector<std::uint32_t>{0});
  slots.give(2, now);
  slots.give(1, now);
  now += seconds(10);
  EXPECT_EQ(slots.take(now), 1u);
  EXPECT_EQ(slots.collect(now), std::vector<std::uint32_t>{2});
  EXPECT_TRUE(slots.collect(now).empty());
  EXPECT_EQ(slots.take(now), 2u);
  EXPECT_EQ(slots.take(now), 0u);
  slots.give(0, now);
  EXPECT_EQ(slots.collect(now + seconds(10)), std::vector<std::uint32_t>{0});
}

TEST_F(SlotAllocatorTest, EachIndexWaitsForItself) {
  Quiescence::Reader reader(domain);
  for (int i = 0; i < 3; ++i) slots.take(now);
  slots.give(0, now);
  slots.give(1, now + seconds(5));
  EXPECT_EQ(slots.take(now + seconds(10)), std::nullopt);
  reader.online();
  EXPECT_EQ(slots.take(now + seconds(15)), 0u);
  EXPECT_EQ(slots.take(now + seconds(15)), std::nullopt);
  reader.online();
  EXPECT_EQ(slots.take(now + seconds(15)), 1u);
}

}  // namespace
}  // namespace warpline::ipsec
