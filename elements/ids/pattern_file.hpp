// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "elements/ids/pattern.hpp"

namespace warpline::ids {

/// Reads patterns, one a line, in the option words of Suricata's rules:
///
///     content:"GET |0d 0a|abc"; nocase; sid:1001; msg:"text";
///
/// Every option ends in `;`; only `content` is needed; the order is free. In quotes, `\"`, `\;`,
/// `\\` and `\:` stand for the second character; in a content, `|0d 0a|` holds bytes in hex.
/// Without a `sid` the line's number is taken. Blank lines and what follows `#` where an option
/// could begin are skipped.
///
/// Throws `ConfigError` with every error of the text (the first 100), each with line, column and
/// what was expected: bad syntax, an unknown or repeated option, an empty content, one of more than
/// `kMaxPatternBytes`, a sid used twice, more than `kMaxPatterns` patterns, or no pattern at all.
PatternSet parse_patterns(std::shared_ptr<Source const> source);

/// `parse_patterns` of the file; throws the `ConfigError` of `read_source` as well.
PatternSet load_patterns(std::string const& path);

}  // namespace warpline::ids
