// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/prefilter/junction_filter.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace warpline::ids {
namespace {

Bytes bytes_of(std::string const& text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()),
          static_cast<std::uint32_t>(text.size())};
}

JunctionFilter filter_of(std::vector<std::string> const& texts) {
  std::vector<Pattern> patterns;
  for (auto const& text : texts) patterns.push_back({text, false, 1, {}, {}});
  return JunctionFilter(patterns);
}

TEST(JunctionFilter, FindsEachPatternAtEachBorder) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string pattern(2 + random() % 31, 'a');
    for (auto& c : pattern) c = static_cast<char>(random() % 256);
    auto const filter = filter_of({pattern, "other"});
    std::size_t const border = 1 + random() % (pattern.size() - 1);
    auto const before = pattern.substr(0, border), after = pattern.substr(border);
    EXPECT_TRUE(filter.may_cross(bytes_of(before), bytes_of(after)));
    EXPECT_TRUE(filter.may_cross(bytes_of("x" + before), bytes_of(after + "x")));
  }
}

TEST(JunctionFilter, LeavesOutMostBorders) {
  std::mt19937 random(8);
  std::vector<std::string> patterns(300);
  for (auto& pattern : patterns)
    for (std::size_t i = 0, size = 2 + random() % 31; i < size; ++i)
      pattern += static_cast<char>(random() % 256);
  auto const filter = filter_of(patterns);
  unsigned passed = 0;
  for (int round = 0; round < 10'000; ++round) {
    std::string bytes(4, ' ');
    for (auto& c : bytes) c = static_cast<char>(random() % 256);
    passed += filter.may_cross(bytes_of(bytes.substr(0, 2)), bytes_of(bytes.substr(2)));
  }
  EXPECT_LT(passed, 3000u);
}

TEST(JunctionFilter, FoldsLettersAndNeedsBothSides) {
  auto const filter = filter_of({"Abcd", "xY", "z"});
  EXPECT_TRUE(filter.may_cross(bytes_of("a"), bytes_of("BCD")));
  EXPECT_TRUE(filter.may_cross(bytes_of("X"), bytes_of("y")));
  EXPECT_FALSE(filter.may_cross(bytes_of("b"), bytes_of("a")));
  EXPECT_FALSE(filter.may_cross(bytes_of("z"), bytes_of("z")));
  EXPECT_FALSE(filter.may_cross(bytes_of("a"), {}));
  EXPECT_FALSE(filter.may_cross({}, bytes_of("a")));
  EXPECT_FALSE(JunctionFilter().may_cross(bytes_of("a"), bytes_of("b")));
}

}  // namespace
}  // namespace warpline::ids
