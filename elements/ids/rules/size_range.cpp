// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/size_range.hpp"

namespace warpline::ids {
namespace {

/// Where the sign of a range begins, and its length; 0 if there is none.
struct Sign {
  std::size_t begin, size;
};
Sign sign_of(std::string_view text) {
  if (auto const place = text.find("<>"); place != std::string_view::npos) return {place, 2};
  if (auto const place = text.find('-', 1); place != std::string_view::npos) return {place, 1};
  return {0, 0};
}

}  // namespace

BufferSize read_size_range(Word const& word, std::uint64_t max) {
  auto const& text = word.text;
  auto const value = [max](Word const& part) { return number<std::uint64_t>(part, 0, max); };
  BufferSize result{0, max};
  if (text.starts_with('!')) {
    result.min = result.max = value(rest_of(word, 1));
    result.negated = true;
  } else if (text.starts_with(">=")) {
    result.min = value(rest_of(word, 2));
  } else if (text.starts_with("<=")) {
    result.max = value(rest_of(word, 2));
  } else if (text.starts_with('>')) {
    result.min = value(rest_of(word, 1)) + 1;
    if (result.min > max) OptionReader::refuse(word, "no size is that large");
  } else if (auto const sign = sign_of(text); sign.size != 0) {
    auto const low = value(trimmed({text.substr(0, sign.begin), word.offset}));
    auto const high = value(rest_of(word, sign.begin + sign.size));
    if (high <= low + 1) OptionReader::refuse(word, "no size is between these numbers");
    result.min = low + 1;
    result.max = high - 1;
  } else if (text.starts_with('<')) {
    auto const limit = value(rest_of(word, 1));
    if (limit == 0) OptionReader::refuse(word, "no size is less than 0");
    result.max = limit - 1;
  } else {
    result.min = result.max = value(word);
  }
  return result;
}

}  // namespace warpline::ids
