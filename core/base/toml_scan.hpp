// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

namespace warpline {

/// A quoted text in TOML, as offsets that include its quotes.
struct TomlQuote {
  std::size_t begin = 0, end = 0;
};

/// What a scan finds before a TOML library may read the text.
struct TomlScan {
  std::vector<TomlQuote> quotes;
  std::size_t max_depth = 0;  ///< of nested tables and arrays, by brackets or dotted keys
  Position deepest;           ///< the first place with that depth
};

/// Libraries build and destroy nested values by recursion, so a text with deeper nesting could
/// exhaust the stack.
inline constexpr std::size_t kMaxTomlDepth = 64;

/// Scans a text without recursion, whether it is valid TOML or not.
TomlScan scan_toml(std::string_view text);

/// Scans the text of a file. Throws `ConfigError` with the place if its nesting is deeper than
/// `kMaxTomlDepth`; `source` is the text as the user sees it.
TomlScan check_toml(std::string_view text, std::shared_ptr<Source const> const& source);

}  // namespace warpline
