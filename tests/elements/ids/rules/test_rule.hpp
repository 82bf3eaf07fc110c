// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "elements/ids/rules/rule_parser.hpp"

namespace warpline::ids::testing {

/// The result of reading rules as if the detector inspected all protocols.
struct RulesRead {
  std::vector<Rule> rules;
  RuleFileReport report;
};

inline RulesRead read_all(std::string text, AppProtocolSet ready = kAllProtocols) {
  RuleParser parser(default_variables(), default_classifications(), ready);
  parser.read(std::make_shared<Source>(Source{"t.rules", std::move(text)}));
  return {parser.take_rules(), parser.report()};
}

/// `alert PROTOCOL any any -> any any (OPTIONS sid:1;)`
inline std::string rule_text(std::string const& protocol, std::string const& options) {
  return "alert " + protocol + " any any -> any any (" + options + " sid:1;)\n";
}

/// The rule; an empty one, with a failure, if it is not loaded.
inline Rule loaded_rule(std::string const& protocol, std::string const& options) {
  auto [rules, report] = read_all(rule_text(protocol, options));
  if (rules.size() == 1) return std::move(rules[0]);
  ADD_FAILURE() << options << "\n" << render(report);
  return {};
}

/// `LINE:COLUMN: MESSAGE` of the first error; empty if there is none.
inline std::string first_error(std::string const& text) {
  auto const report = read_all(text).report;
  if (report.errors.empty()) return {};
  auto const& [position, message] = std::pair(report.errors[0].position, report.errors[0].message);
  return std::to_string(position.line) + ":" + std::to_string(position.column) + ": " + message;
}

}  // namespace warpline::ids::testing
