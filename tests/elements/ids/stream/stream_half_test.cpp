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

TEST(StreamHalf, KeepsEachPatternOnceAndNotesThatThereAreTooMany) {
  StreamHalf half;
  for (std::uint16_t const pattern : Patterns{0, 5, 0, 65534, 5, 7}) half.add_candidate(pattern, 100);
  EXPECT_EQ(patterns_of(half), Patterns({0, 5, 65534, 7}));
  EXPECT_FALSE(half.search_all);
  half.add_candidate(8, 100);
  EXPECT_TRUE(half.search_all);
  half.clear_candidates();
  EXPECT_EQ(patterns_of(half), Patterns());
  EXPECT_FALSE(half.search_all);
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
      half.add_candidate(9, begin + ahead);
      half.drop_candidates_before(begin);
      ASSERT_EQ(patterns_of(half), Patterns({9})) << begin << " + " << ahead;
      ASSERT_FALSE(half.search_all);
    }
}

TEST(StreamHalf, SearchesAllIfMoreBytesWaitThanPlacesCanTell) {
  StreamHalf half;
  half.inspected = 100;
  half.add_candidate(9, 500'000);
  EXPECT_TRUE(half.search_all);
  EXPECT_EQ(patterns_of(half), Patterns());
}

}  // namespace
}  // namespace warpline::ids
