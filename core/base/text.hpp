// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warpline {

/// `1 frame`, `2 frames`: a count and its noun, with an "s" or another `ending` unless the count is
/// one.
inline std::string counted(std::uint64_t count, std::string_view noun,
                           std::string_view ending = "s") {
  auto text = std::to_string(count) + ' ';
  text += noun;
  if (count != 1) text += ending;
  return text;
}

/// Text of a user as a message shows it: in quotes, cut after 60 bytes.
std::string quoted(std::string_view text);

/// `a`, `a or b`, `a, b or c`.
std::string alternatives(std::vector<std::string> const& words);

/// `1,234,567`.
std::string with_commas(std::uint64_t value);
/// `value` with `digits` digits after the point.
std::string fixed(double value, int digits);

}  // namespace warpline
