// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "elements/ids/alert/rule_output.hpp"
#include "elements/ids/prefilter/group_tables.hpp"
#include "elements/ids/rules/rule_report.hpp"
#include "elements/ids/rules/rule_set.hpp"

namespace warpline::ids {

/// The files from which an element `IDS` gets its rules.
struct RuleFiles {
  std::vector<std::string> rules;         ///< files, or patterns of `glob`
  std::string variables, classification;  ///< empty: the defaults
  std::string references;                 ///< empty: none
  bool strict = false;                    ///< a rule that is refused is an error
  std::string cache;                      ///< the folder of a `DatabaseCache`; empty: none
};

/// A set of rules with all that workers share: read-only. Any thread.
struct LoadedRules {
  RuleSet set;
  RuleFileReport report;
  std::shared_ptr<GroupTables const> tables;  ///< of the patterns; null if there are none
  std::vector<RuleOutput> output;             ///< by rule
  /// By buffer of applications; null if a buffer has no patterns.
  std::vector<std::shared_ptr<HyperscanDatabase const>> app_databases{};
  std::string cache_notice{};  ///< of the `DatabaseCache`
  std::size_t bytes = 0;       ///< of memory, about
};

/// Reads and compiles rules. Throws `ConfigError` if a file cannot be read, if no rule is loaded, and
/// with `strict` if one is refused.
std::shared_ptr<LoadedRules> load_rules(RuleFiles const& files, EveOptions const& options);

}  // namespace warpline::ids
