// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <vector>

#include "elements/ids/stream/tcp_session.hpp"

namespace warpline::ids {
namespace {

using Patterns = std::vector<std::uint16_t>;

Patterns patterns_of(StreamHalf const& half) {
  Patterns patterns;
  half.visit_candidates([&](std::uint16_t pattern) { patterns.push_back(pattern); });
  return patterns;
}

TEST(StreamHalf, KeepsEachPatternOnceWhileThereIsRoom) {
  StreamHalf half;
  for (std::uint16_t const pattern : Patterns{0, 5, 0, 65534, 5})
    EXPECT_TRUE(half.add_candidate(pattern, 100));
  EXPECT_EQ(patterns_of(half), Patterns({0, 5, 65534}));
  EXPECT_FALSE(half.add_candidate(8, 100));
  half.clear_candidates();
  EXPECT_EQ(patterns_of(half), Patterns());
}

/// Also where the places wrap.
TEST(StreamHalf, KnowsWhichBytesMustBeSearched) {
  for (std::uint32_t begin = 0; begin < 9'000'000; begin += 4'099) {
    StreamHalf half;
    half.inspected = begin;
    EXPECT_EQ(half.unknown_bytes(begin), 0u);
    half.search_up_to(begin + 5'000);
    ASSERT_GE(half.unknown_bytes(begin), 5'000u);
    ASSERT_LE(half.unknown_bytes(begin), 5'200u);
    ASSERT_EQ(half.unknown_bytes(begin + 6'000), 0u);
    ASSERT_FALSE(half.search_all);
  }
}

TEST(StreamHalf, ForgetsPatternsOfBytesThatRulesDoNotSeeAgain) {
  StreamHalf half;
  half.add_candidate(1, 5'000);
  half.add_candidate(2, 70'000);
  half.add_candidate(3, 9'000);
  half.add_candidate(1, 71'000);
  half.drop_candidates_before(4'999);
  EXPECT_EQ(patterns_of(half), Patterns({1, 2, 3}));
  half.drop_candidates_before(20'000);
  EXPECT_EQ(patterns_of(half), Patterns({1, 2})) << "the last place of 1 is later";
  half.drop_candidates_before(69'999);
  EXPECT_EQ(patterns_of(half), Patterns({1, 2}));
  half.drop_candidates_before(80'000);
  EXPECT_EQ(patterns_of(half), Patterns());
}

/// At every offset of a long stream, also where the places of candidates wrap.
TEST(StreamHalf, NeverForgetsAPatternBeforeItsEnd) {
  for (std::uint32_t begin = 0; begin < 3'000'000; begin += 1'009)
    for (std::uint32_t const ahead : {1u, 2'000u, 5'000u, 300'000u}) {
      StreamHalf half;
      half.inspected = begin;
      ASSERT_TRUE(half.add_candidate(9, begin + ahead));
      half.drop_candidates_before(begin);
      ASSERT_EQ(patterns_of(half), Patterns({9})) << begin << " + " << ahead;
    }
}

TEST(StreamHalf, SearchesAllIfMoreBytesWaitThanPlacesCanTell) {
  StreamHalf half;
  half.inspected = 100;
  EXPECT_FALSE(half.add_candidate(9, 500'000));
  EXPECT_EQ(patterns_of(half), Patterns());
  half.search_up_to(500'000);
  EXPECT_TRUE(half.search_all);
}

}  // namespace
}  // namespace warpline::ids
