// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.hpp"

namespace warpline::ids {

/// The number of a pattern in its set, from 0: the result of a matcher.
using PatternId = std::uint16_t;

/// Limits of a set; readers refuse larger ones.
inline constexpr std::size_t kMaxPatterns = 65535;
inline constexpr std::size_t kMaxPatternBytes = 1024;
inline constexpr std::size_t kMaxMessageBytes = 1024;

/// A string of bytes to search for, and the text of its alert.
struct Pattern {
  std::string bytes;      ///< 1 to `kMaxPatternBytes` bytes of any value
  bool nocase = false;    ///< ASCII letters match in either case
  std::uint32_t sid = 0;  ///< the user's number for it, unique in a set, from 1
  std::string message;    ///< free text; may be empty
  Position position;      ///< of its content in the source; line 0 if it has no source
};

/// Patterns in the order of their ids, and the text that they came from (null if none).
struct PatternSet {
  std::shared_ptr<Source const> source;
  std::vector<Pattern> patterns;
};

/// `c` in lower case if it is an ASCII letter: the only folding that `nocase` means.
constexpr unsigned char fold(unsigned char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<unsigned char>(c + ('a' - 'A')) : c;
}

}  // namespace warpline::ids
