// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "elements/ids/rules/rule.hpp"

namespace warpline::ids {

/// The fast pattern of a rule: if its bytes do not occur, the rule cannot match.
struct SelectedPattern {
  static constexpr std::size_t kMaxBytes =
      32;  ///< longer contents are cut, for junctions of segments
  std::string bytes;
  bool nocase = false;
  friend auto operator<=>(SelectedPattern const&, SelectedPattern const&) = default;
};

/// The bytes of a content that are searched when it is a fast pattern.
std::string searched_bytes(ContentMatch const& content);

/// The fast pattern of a rule, chosen among its contents of the payload that are not negated: the one
/// with `fast_pattern`, else the longest, and of these the one with the most distinct bytes. Empty if
/// the rule has none: it must be evaluated for each packet.
std::optional<SelectedPattern> fast_pattern_of(Rule const& rule);

}  // namespace warpline::ids
