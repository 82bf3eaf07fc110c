// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/packet/verdict.hpp"

#include <gtest/gtest.h>

namespace warpline {
namespace {

TEST(Verdict, ForwardsToAPortOrDropsForAReason) {
  EXPECT_FALSE(forward().is_drop());
  EXPECT_EQ(forward().port(), 0);
  EXPECT_EQ(forward(7).port(), 7);
  EXPECT_NE(forward(7), forward());
  auto const verdict = drop<"verdict_test">();
  EXPECT_TRUE(verdict.is_drop());
  EXPECT_EQ(verdict.reason().name(), "verdict_test");
  EXPECT_NE(verdict, forward());
}

TEST(Verdict, OfOneNameIsTheSameFromEverywhere) {
  auto const reason = DropReason::named("verdict_test");
  EXPECT_EQ(drop<"verdict_test">(), drop(reason));
  EXPECT_NE(drop<"verdict_test_2">().reason(), reason);
}

TEST(DropReason, IsRegisteredOnceForEachName) {
  auto const first = DropReason::named("verdict_test_once");
  auto const count = DropReason::count();
  EXPECT_EQ(DropReason::named(std::string("verdict_test_once").c_str()), first);
  EXPECT_EQ(DropReason::count(), count);
  EXPECT_EQ(DropReason::at(first.index()), first);
  EXPECT_LT(first.index(), count);
}

}  // namespace
}  // namespace warpline
