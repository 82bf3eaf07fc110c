// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "elements/ids/pattern.hpp"

namespace warpline::ids {

/// `count` different patterns (at most `kMaxPatterns`) for benchmarks, similar to the contents that
/// select usual rules: 4 to 120 bytes, median 13, 95th percentile 45; five of six are text, the
/// others binary; two of three ignore case. On `text_corpus` most of them nearly match and few
/// match. The same seed gives the same set on every machine.
PatternSet synthetic_patterns(std::uint64_t seed, std::size_t count = 3000);

}  // namespace warpline::ids
