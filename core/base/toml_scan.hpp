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

/// A quoted text in TOML, by offsets, its quotes included.
struct TomlQuote {
  std::size_t begin = 0, end = 0;
};

/// What must be known of a text before a TOML library may read it.
struct TomlScan {
  std::vector<TomlQuote> quotes;
  std::size_t max_depth =
      0;             ///< of tables and arrays inside each other, by brackets or dotted keys
  Position deepest;  ///< where that depth is reached first
};

/// Libraries build and destroy what is nested by recursion: a text that is nested deeper could
/// exhaust the stack.
inline constexpr std::size_t kMaxTomlDepth = 64;

/// Scans a text without recursion, whether it is valid TOML or not.
TomlScan scan_toml(std::string_view text);

/// Scans a file's text. Throws `ConfigError` with the place if it is nested deeper than
/// `kMaxTomlDepth`; `shown` is what the user sees of it.
TomlScan check_toml(std::string_view text, std::shared_ptr<Source const> const& shown);

}  // namespace warpline
