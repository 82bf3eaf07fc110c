// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "elements/ids/rules/rule_parser.hpp"
#include "elements/ids/rules/rule_set.hpp"
#include "elements/ids/tables.hpp"

namespace warpline::test {

/// Rules without mistakes, and their search by Hyperscan, for a `Detector`.
struct TestRules {
  explicit TestRules(std::string text) {
    ids::RuleParser parser(ids::default_variables());
    parser.read(std::make_shared<Source>(Source{"t.rules", std::move(text)}));
    for (auto const& error : parser.report().errors) ADD_FAILURE() << error.render();
    set = std::make_shared<ids::RuleSet const>(parser.take_rules());
    if (has_patterns())
      matching.database = std::make_shared<ids::HyperscanDatabase const>(set->patterns());
  }

  bool has_patterns() const { return !set->patterns().patterns.empty(); }
  /// Null if the rules have no patterns.
  ids::CpuMatching const* search() const { return has_patterns() ? &matching : nullptr; }

  std::shared_ptr<ids::RuleSet const> set;
  ids::CpuMatching matching;
};

}  // namespace warpline::test
