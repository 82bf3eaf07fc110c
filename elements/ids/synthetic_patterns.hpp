// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "elements/ids/pattern.hpp"

namespace warpline::ids {

/// `count` different patterns (at most `kMaxPatterns`) for benchmarks, made up with the shape of
/// the contents by which usual rules are selected: 4 to 120 bytes, median 13, 95th percentile 45;
/// five of six are text, the others binary; two of three ignore case. On `text_corpus` most of them
/// come near to matching and few match. The same seed gives the same set on every machine.
PatternSet synthetic_patterns(std::uint64_t seed, std::size_t count = 3000);

}  // namespace warpline::ids
