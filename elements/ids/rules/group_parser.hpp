// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/base/diagnostics.hpp"
#include "elements/ids/rules/address_set.hpp"
#include "elements/ids/rules/rule_text.hpp"
#include "elements/ids/rules/variables.hpp"

namespace warpline::ids {

/// Reads the groups of addresses and ports in headers of rules: single items, `any`, ranges,
/// `!` for what is not in an item, nested lists `[a, !b, [c, d]]`, and `$NAME` for a variable. A
/// list is the union of its items without those that are negated; a list of negated items alone
/// is everything but them. One thread.
class GroupParser {
 public:
  explicit GroupParser(Variables variables) : variables_(std::move(variables)) {}

  /// Reads a group of addresses. Adds errors to `diagnostics`, at a place in `rule`: an address,
  /// list or variable that cannot be read, variables that need each other, and a group in which
  /// nothing is left. Returns an empty set after an error.
  AddressSet addresses(Word const& word, RuleText const& rule, Diagnostics& diagnostics);
  /// Whether a group that was read has a `!`, itself or in one of its variables.
  bool negates_addresses(std::string_view text);
  /// The same as `addresses` for ports.
  PortSet ports(Word const& word, RuleText const& rule, Diagnostics& diagnostics);

 private:
  template <class Set>
  struct Kind;
  template <class Set>
  class Reader;

  Variables variables_;
  std::map<std::string, AddressSet> known_addresses_;  // by the group's text
  std::map<std::string, PortSet> known_ports_;
  std::map<std::string, bool> known_negations_;  // by the name of a variable of addresses
};

}  // namespace warpline::ids
