// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "elements/ids/aho_corasick.hpp"
#include "elements/ids/hyperscan.hpp"
#include "elements/ids/matcher_choice.hpp"

namespace warpline::ids {

/// Measures both matchers of one set of patterns on text and on random bytes, in short and in long
/// payloads: about 10 ms of CPU time, which other programs do not disturb. Any thread.
MatcherPolicy calibrate(std::shared_ptr<HyperscanDatabase const> const& database,
                        AhoCorasick const& automaton);

}  // namespace warpline::ids
