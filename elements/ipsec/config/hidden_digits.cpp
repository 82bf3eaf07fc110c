// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/hidden_digits.hpp"

#include <cstddef>

#include "core/base/mask_keys.hpp"
#include "core/base/wipe.hpp"

namespace warpline::ipsec {
namespace {

bool begins_code_point(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

}  // namespace

HiddenDigits::HiddenDigits(std::string_view text, std::span<TomlQuote const> quotes)
    : text_(text), masked_(text) {
  for (auto const& quote : quotes) {
    auto const size = quote.end - quote.begin;
    masked_.replace(quote.begin, size, mask_keys(text.substr(quote.begin, size)));
  }
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    lines_.push_back(at + 1);
}

HiddenDigits::~HiddenDigits() { wipe(masked_); }  // a comment may have a key, too

std::optional<std::string_view> HiddenDigits::find(Position place, std::string_view value) const {
  if (place.line == 0 || place.line > lines_.size()) return std::nullopt;
  auto at = lines_[place.line - 1];
  for (auto column = place.column; column > 1 && at < text_.size(); --column) do
      ++at;
    while (at < text_.size() && !begins_code_point(text_[at]));
  if (at >= text_.size()) return std::nullopt;
  char const quote = text_[at];
  if (quote != '"' && quote != '\'') return std::nullopt;
  bool const is_long = text_.substr(at, 3) == std::string(3, quote);
  at += is_long ? 3 : 1;
  if (is_long && text_.substr(at).starts_with('\r')) ++at;
  if (is_long && text_.substr(at).starts_with('\n')) ++at;
  if (std::string_view(masked_).substr(at, value.size()) != value) return std::nullopt;
  return text_.substr(at, value.size());
}

}  // namespace warpline::ipsec
