// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/numbers.hpp"

#include <cmath>
#include <limits>

namespace warpline {
namespace {

/// The factor of the last character, which is removed from `text`; 1 if it is no suffix.
std::uint64_t take_factor(std::string_view& text) {
  auto const last = text.empty() ? '\0' : text.back();
  std::uint64_t const factor = last == 'k' || last == 'K' ? 1'000
                               : last == 'M'              ? 1'000'000
                               : last == 'G'              ? 1'000'000'000
                                                          : 1;
  if (factor > 1) text.remove_suffix(1);
  return factor;
}

}  // namespace

std::optional<double> parse_scaled(std::string_view text) {
  auto const factor = static_cast<double>(take_factor(text));
  double number = 0;
  auto const* const end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc{} || stop != end || !(number >= 0) || !std::isfinite(number))
    return std::nullopt;
  return number * factor;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  auto digits = text;
  auto const factor = take_factor(digits);
  if (auto const number = to_number<std::uint64_t>(digits)) {
    if (*number > std::numeric_limits<std::uint64_t>::max() / factor) return std::nullopt;
    return *number * factor;
  }
  constexpr double kMaxExact = 9e15;
  auto const scaled = parse_scaled(text);
  if (!scaled || *scaled != std::floor(*scaled) || *scaled > kMaxExact) return std::nullopt;
  return static_cast<std::uint64_t>(*scaled);
}

}  // namespace warpline
