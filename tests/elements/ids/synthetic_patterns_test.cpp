// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/synthetic_patterns.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace warpline::ids {
namespace {

TEST(SyntheticPatterns, AreTheSameForTheSameSeed) {
  auto const a = synthetic_patterns(3, 200), b = synthetic_patterns(3, 200);
  auto const other = synthetic_patterns(4, 200);
  ASSERT_EQ(a.patterns.size(), 200u);
  for (std::size_t i = 0; i < 200; ++i) {
    EXPECT_EQ(a.patterns[i].bytes, b.patterns[i].bytes);
    EXPECT_EQ(a.patterns[i].nocase, b.patterns[i].nocase);
  }
  EXPECT_NE(a.patterns[0].bytes, other.patterns[0].bytes);
}

TEST(SyntheticPatterns, AreDifferentAndHaveTheShapeOfUsualContents) {
  auto const set = synthetic_patterns(1);
  ASSERT_EQ(set.patterns.size(), 3000u);
  std::vector<std::size_t> lengths;
  std::set<std::string> different;
  std::size_t nocase = 0, text = 0;
  for (auto const& pattern : set.patterns) {
    lengths.push_back(pattern.bytes.size());
    different.insert(pattern.bytes);
    nocase += pattern.nocase;
    text += std::none_of(pattern.bytes.begin(), pattern.bytes.end(),
                         [](unsigned char c) { return c == 0 || c >= 0x80; });
  }
  std::sort(lengths.begin(), lengths.end());
  EXPECT_EQ(different.size(), 3000u);
  EXPECT_EQ(lengths.front(), 4u);
  EXPECT_NEAR(static_cast<double>(lengths[1500]), 13, 1);
  EXPECT_NEAR(static_cast<double>(lengths[2850]), 45, 5);
  EXPECT_LE(lengths.back(), 120u);
  EXPECT_NEAR(static_cast<double>(nocase) / 3000, 0.66, 0.05);
  EXPECT_NEAR(static_cast<double>(text) / 3000, 0.83, 0.05);
}

}  // namespace
}  // namespace warpline::ids
