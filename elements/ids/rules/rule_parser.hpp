// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "elements/ids/rules/classification_file.hpp"
#include "elements/ids/rules/group_parser.hpp"
#include "elements/ids/rules/option_reader.hpp"
#include "elements/ids/rules/ready_protocols.hpp"
#include "elements/ids/rules/rule.hpp"
#include "elements/ids/rules/rule_report.hpp"

namespace warpline::ids {

/// Reads rules in Suricata's language. A rule that needs something unsupported is skipped whole; one
/// with a mistake is refused with a place; all others are loaded. Of rules with one sid the higher
/// revision is loaded, with a warning. A rule without its own priority has that of its class; an
/// unknown class gives a warning and priority 3. Rules of applications that are not in `ready` are
/// skipped. One thread.
class RuleParser {
 public:
  explicit RuleParser(Variables variables,
                      Classifications classifications = default_classifications(),
                      AppProtocolSet ready = kReadyProtocols)
      : groups_(std::move(variables)),
        classifications_(std::move(classifications)),
        ready_(ready) {}

  /// Reads the rules of a file after those of the files before.
  void read(std::shared_ptr<Source const> const& source);

  /// The loaded rules in the order of the files.
  std::vector<Rule> take_rules();
  RuleFileReport const& report() const { return report_; }

 private:
  std::optional<Rule> parse(RuleText const& text, Diagnostics& diagnostics);
  void read_header(RawRule const& raw, RuleText const& text, Rule& rule, Diagnostics& diagnostics);
  void classify(RuleState& state, RuleText const& text, Diagnostics& diagnostics) const;
  void add(Rule rule, Diagnostics& diagnostics);

  GroupParser groups_;
  Classifications classifications_;
  AppProtocolSet ready_;
  std::vector<Rule> rules_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> by_id_;  // gid and sid
  RuleFileReport report_;
};

}  // namespace warpline::ids
