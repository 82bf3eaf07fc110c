// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "elements/ids/rules/rule.hpp"

namespace warpline::ids {

/// The content among the application buffers of a rule whose bytes select the rule, as an index in
/// `Rule::buffers`: the one with `fast_pattern`; else one of the buffers other than method, status
/// code and status text; else the longest, and of these the one with the most distinct bytes. None
/// is negated. Empty if the rule has none: it must be evaluated for each transaction.
std::optional<std::size_t> fast_app_content_of(Rule const& rule);

}  // namespace warpline::ids
