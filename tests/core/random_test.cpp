// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/base/random.hpp"

namespace warpline {
namespace {

TEST(Random, GivesTheNumbersOfSplitmix64) {
  Random random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317u);
  EXPECT_EQ(random.next(), 3203168211198807973u);
  EXPECT_EQ(random.next(), 9817491932198370423u);
}

TEST(Random, StaysBelowItsBoundsAndReachesAllOfThem) {
  Random random(1);
  unsigned seen = 0;
  for (int i = 0; i < 1000; ++i) {
    auto const number = random.below(7);
    ASSERT_LT(number, 7u);
    seen |= 1u << number;
    auto const fraction = random.fraction();
    ASSERT_GE(fraction, 0);
    ASSERT_LT(fraction, 1);
  }
  EXPECT_EQ(seen, 0x7fu);
  EXPECT_EQ(Random(9).below(1), 0u);
}

}  // namespace
}  // namespace warpline
