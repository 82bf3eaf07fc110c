// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "core/base/error.hpp"

namespace warpline::ids {

/// The result of reading rules of one or several files.
struct RuleFileReport {
  std::size_t loaded = 0, skipped = 0, refused = 0;
  std::map<std::string, std::size_t> skipped_by;  ///< rules by the first thing that they lack
  std::vector<Diagnostic> errors;                 ///< of refused rules, in the order of the text
  std::vector<Diagnostic> warnings;
};

/// The report as text, in lines of up to 80 columns where names and lines of rules allow that: how
/// many rules are loaded, skipped and refused; skipped rules by what they lack, the most frequent
/// first; each error with its place, line and caret; each warning.
std::string render(RuleFileReport const& report);

}  // namespace warpline::ids
