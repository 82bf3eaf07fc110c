// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostics.hpp"

namespace warpline::ipsec {

/// One word of an SA file, without its quotes.
struct Word {
  std::string_view text;  ///< into the source
  Position position;
  std::uint32_t row = 0;  ///< a line, or with `ip -o` the text between two `\`
};

/// The words of one SA; never empty.
using SaWords = std::vector<Word>;

/// Splits a text into SAs and words. An SA begins in the first column of a line; an indented line,
/// or one after a line that ends in `\`, continues it. `#` begins a comment; words may be in
/// quotes. A `\` before a blank separates words, because `ip -o` prints it for an end of line.
std::vector<SaWords> split_sas(std::string_view text, Diagnostics& diagnostics);

/// The same text with `mask_keys`, for messages. The length does not change.
std::shared_ptr<Source const> without_keys(Source const& source);

/// Collects errors in a text that contains keys: its lines and the messages are masked.
Diagnostics masked_diagnostics(Source const& source);

}  // namespace warpline::ipsec
