// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/interval_set.hpp"

#include <gtest/gtest.h>

#include <bitset>
#include <random>

namespace warpline::ids {
namespace {

TEST(IntervalSet, JoinsIntervalsThatTouch) {
  PortSet set(10, 19);
  set.add(PortSet(30, 39));
  EXPECT_EQ(set.intervals().size(), 2u);
  set.add(PortSet(20, 29));
  ASSERT_EQ(set.intervals().size(), 1u);
  EXPECT_EQ(set.intervals()[0], (PortSet::Interval{10, 39}));
}

TEST(IntervalSet, KnowsTheEndsOfItsType) {
  auto set = PortSet::all();
  EXPECT_TRUE(set.is_all());
  set.remove(PortSet(0, 0));
  set.remove(PortSet(65535, 65535));
  EXPECT_EQ(set.intervals(), (std::vector<PortSet::Interval>{{1, 65534}}));
  auto ends = PortSet::all();
  ends.remove(set);
  EXPECT_EQ(ends.intervals(), (std::vector<PortSet::Interval>{{0, 0}, {65535, 65535}}));
  ends.remove(PortSet::all());
  EXPECT_TRUE(ends.empty());
}

TEST(IntervalSet, CarriesBetweenTheHalvesOf128Bits) {
  using Set = IntervalSet<Number128>;
  Set set({0, ~std::uint64_t{0}}, {1, 5});
  set.remove(Set({1, 0}, {1, 0}));
  EXPECT_TRUE(set.contains({0, ~std::uint64_t{0}}));
  EXPECT_FALSE(set.contains({1, 0}));
  EXPECT_TRUE(set.contains({1, 1}));
  set.add(Set({1, 0}, {1, 0}));
  EXPECT_EQ(set.intervals().size(), 1u);
}

/// Against one bit for each number.
TEST(IntervalSet, IsTheSetOfItsNumbers) {
  std::mt19937 random(11);
  for (unsigned round = 0; round < 300; ++round) {
    IntervalSet<std::uint8_t> set;
    std::bitset<256> expected;
    for (unsigned step = 0; step < 12; ++step) {
      auto first = static_cast<std::uint8_t>(random()), last = static_cast<std::uint8_t>(random());
      if (first > last) std::swap(first, last);
      bool const adds = random() % 2 == 0;
      IntervalSet<std::uint8_t> const other(first, last);
      adds ? set.add(other) : set.remove(other);
      for (unsigned i = first; i <= last; ++i) expected[i] = adds;
    }
    for (unsigned i = 0; i < 256; ++i)
      ASSERT_EQ(set.contains(static_cast<std::uint8_t>(i)), expected[i]) << i;
    for (std::size_t i = 1; i < set.intervals().size(); ++i)
      ASSERT_GT(set.intervals()[i].first, set.intervals()[i - 1].last + 1);
  }
}

}  // namespace
}  // namespace warpline::ids
