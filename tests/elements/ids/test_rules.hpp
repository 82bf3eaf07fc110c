// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "elements/ids/cpu_matcher.hpp"
#include "elements/ids/rules/rule_parser.hpp"
#include "elements/ids/rules/rule_set.hpp"

namespace warpline::test {

/// Rules without mistakes, and their search by Hyperscan, for a `Detector`.
struct TestRules {
  explicit TestRules(std::string text) {
    ids::RuleParser parser(ids::default_variables());
    parser.read(std::make_shared<Source>(Source{"t.rules", std::move(text)}));
    for (auto const& error : parser.report().errors) ADD_FAILURE() << error.render();
    set = std::make_shared<ids::RuleSet const>(parser.take_rules());
    searches = hyperscan_searches(set->groups());
  }

  /// By number minus 1.
  static std::vector<ids::CpuMatching> hyperscan_searches(ids::RuleGroups const& groups) {
    std::vector<ids::CpuMatching> result;
    for (auto const& search : groups.searches())
      result.push_back({ids::MatcherPolicy::kHyperscan,
                        std::make_shared<ids::HyperscanDatabase const>(search.patterns), nullptr});
    return result;
  }

  std::shared_ptr<ids::RuleSet const> set;
  std::vector<ids::CpuMatching> searches;
};

}  // namespace warpline::test
