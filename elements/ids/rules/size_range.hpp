// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "elements/ids/rules/option_reader.hpp"

namespace warpline::ids {

/// Reads `N`, `!N`, `<N`, `>N`, `<=N`, `>=N`, `A<>B` or `A-B` with numbers up to `max`. Ranges exclude
/// both ends. Refuses what no number matches.
BufferSize read_size_range(Word const& word, std::uint64_t max);

}  // namespace warpline::ids
