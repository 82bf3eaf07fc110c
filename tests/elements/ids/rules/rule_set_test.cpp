// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/rule_set.hpp"

#include <gtest/gtest.h>

#include <string>

namespace warpline::ids {
namespace {

/// A rule that sets these bits.
Rule rule_with_bits(std::uint32_t sid, std::size_t first, std::size_t count) {
  Rule rule;
  rule.sid = sid;
  auto& names = rule.bits.emplace_back().names;
  for (std::size_t i = first; i < first + count; ++i) names.push_back("bit" + std::to_string(i));
  return rule;
}

TEST(RuleSet, RefusesMoreBitsThanItCanNumber) {
  RuleSet const set({rule_with_bits(1, 0, 40'000), rule_with_bits(2, 30'000, 35'536)});
  EXPECT_EQ(set.bit_names().size(), RuleSet::kMaxBits);
  EXPECT_EQ(set.rules()[1].changes.at(0).names.back(), 0xffff);
  EXPECT_EQ(set.rules()[1].changes.at(0).names.front(), 30'000);
  EXPECT_THROW(RuleSet({rule_with_bits(1, 0, RuleSet::kMaxBits + 1)}), ConfigError);
}

}  // namespace
}  // namespace warpline::ids
