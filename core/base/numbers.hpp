// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace warpline {

/// Parses all of `text` as a number; integers are in `base`. Returns no value if `text` is not a
/// number or out of the range of `Number`.
template <class Number>
std::optional<Number> to_number(std::string_view text, int base = 10) {
  Number number{};
  auto const* const end = text.data() + text.size();
  std::from_chars_result result;
  if constexpr (std::is_integral_v<Number>)
    result = std::from_chars(text.data(), end, number, base);
  else
    result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
  return number;
}

/// Parses a number that may have `k` (or `K`), `M` or `G` after it (powers of 1000), such as `200k`
/// or `1.5M`. Returns no value if it is negative or not a number.
std::optional<double> parse_scaled(std::string_view text);

/// The same for integers: exact up to 2^64 if the text has no fraction.
std::optional<std::uint64_t> parse_count(std::string_view text);

}  // namespace warpline
