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
  for (auto position = text.find('\n'); position != std::string_view::npos;
       position = text.find('\n', position + 1))
    lines_.push_back(position + 1);
}

HiddenDigits::~HiddenDigits() { wipe(masked_); }  // a comment may have a key, too

std::optional<std::string_view> HiddenDigits::find(Position place, std::string_view value) const {
  if (place.line == 0 || place.line > lines_.size()) return std::nullopt;
  auto offset = lines_[place.line - 1];
  for (auto column = place.column; column > 1 && offset < text_.size(); --column) do
      ++offset;
    while (offset < text_.size() && !begins_code_point(text_[offset]));
  if (offset >= text_.size()) return std::nullopt;
  char const quote = text_[offset];
  if (quote != '"' && quote != '\'') return std::nullopt;
  bool const is_long = text_.substr(offset, 3) == std::string(3, quote);
  offset += is_long ? 3 : 1;
  if (is_long && text_.substr(offset).starts_with('\r')) ++offset;
  if (is_long && text_.substr(offset).starts_with('\n')) ++offset;
  if (std::string_view(masked_).substr(offset, value.size()) != value) return std::nullopt;
  return text_.substr(offset, value.size());
}

}  // namespace warpline::ipsec
