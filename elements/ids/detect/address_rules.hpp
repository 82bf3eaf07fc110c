// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "elements/ids/rules/rule_set.hpp"

namespace warpline::ids {

/// The rules that are looked at once for each flow and direction, and the generation of rules in which
/// each came: after a reload, only new ones are looked at for the flows that are there. One thread.
class AddressRules {
 public:
  /// `rules` must live as long. Their generation is 1.
  explicit AddressRules(RuleSet const& rules);

  /// True if flows that were looked at in generation `looked` were not with this rule. `rule`: its
  /// index. Generations wrap.
  bool is_newer(std::uint32_t rule, std::uint16_t looked) const {
    return static_cast<std::int16_t>(since_[rule] - looked) > 0;
  }

  /// These rules are generation `generation`, and follow those of `old`. A rule that both have, text
  /// and all, keeps its generation.
  void follow(AddressRules const& old, std::uint16_t generation);

 private:
  struct Entry {
    std::string_view text;
    std::uint32_t rule;
  };
  std::vector<Entry> sorted_;         // by text
  std::vector<std::uint16_t> since_;  // by rule
};

}  // namespace warpline::ids
