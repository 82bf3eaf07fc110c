// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/mask_keys.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

#include "core/base/hex.hpp"

namespace warpline {
namespace {

constexpr std::size_t kMaxShownDigits = 7, kMaxRowDigits = 23, kMaxIpv6Groups = 8;

bool is_alphanumeric(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return hex_value(c) >= 0; }
bool is_separator(char c) {
  return c == ':' || c == '-' || c == '.' || c == '_' || c == ' ' || c == '\t';
}

std::size_t count_digits(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_digit));
}

std::string_view without_mark(std::string_view word) {
  if (word.starts_with("0x") || word.starts_with("0X")) word.remove_prefix(2);
  return word;
}

bool is_spi_name(std::string_view word) { return word == "spi" || word == "SPI"; }

/// `0x` and at most 8 digits, or a decimal number below 2^32.
bool is_spi(std::string_view word) {
  constexpr std::string_view kMaxDecimal = "4294967295";
  auto const digits = without_mark(word);
  if (digits.size() != word.size())
    return digits.size() <= 8 && count_digits(digits) == digits.size();
  auto const decimal = [](char c) { return c >= '0' && c <= '9'; };
  return std::all_of(word.begin(), word.end(), decimal) && !word.starts_with('0') &&
         (word.size() < kMaxDecimal.size() ||
          (word.size() == kMaxDecimal.size() && word <= kMaxDecimal));
}

/// True if a word has many digits and few other letters: `aes128gcm16` is not a key.
bool may_be_key(std::string_view word) {
  auto const count = count_digits(word);
  if (count <= kMaxShownDigits) return false;
  std::size_t run = 0, longest = 0;
  for (char const c : word) longest = std::max(longest, run = is_digit(c) ? run + 1 : 0);
  return longest > kMaxShownDigits || 5 * (word.size() - count) < word.size();
}

/// Masks digits in the words of a text from its begin to its end.
class Mask {
 public:
  explicit Mask(std::string_view text) : text_(text), shown_(text) {}

  std::string run() {
    for (std::size_t i = 0; i < text_.size();) {
      if (!is_alphanumeric(text_[i])) {
        ++i;
        continue;
      }
      auto end = i;
      while (end < text_.size() && is_alphanumeric(text_[end])) ++end;
      add_word(i, end);
      i = end;
    }
    end_row();
    return std::move(shown_);
  }

 private:
  void add_word(std::size_t begin, std::size_t end) {
    auto const word = text_.substr(begin, end - begin);
    auto const digits = without_mark(word);
    auto const count = count_digits(digits);
    bool const spi = is_spi_name(previous_) && is_spi(word);
    bool const hidden = may_be_key(digits) && !spi;
    if (hidden) hide(begin, end);
    bool const in_row =
        count == word.size() && !hidden && !spi;  // a short word that has only digits
    if (!in_row || begin != row_end_ + 1 || !is_separator(text_[row_end_])) end_row();
    if (in_row) {
      if (row_words_ == 0) row_begin_ = begin;
      only_colons_ = row_words_ == 0 || (only_colons_ && text_[row_end_] == ':');
      ++row_words_;
      row_digits_ += count;
      row_end_ = end;
    }
    previous_ = word;
  }

  /// The words from `row_begin_` to `row_end_` are digits, with one separator between two.
  void end_row() {
    bool const address = only_colons_ && row_words_ <= kMaxIpv6Groups;
    if (row_words_ > 1 && row_digits_ > kMaxRowDigits && !address) hide(row_begin_, row_end_);
    row_words_ = row_digits_ = 0;
  }
  void hide(std::size_t begin, std::size_t end) {
    begin = end - without_mark(text_.substr(begin, end - begin)).size();
    for (auto i = begin; i < end; ++i)
      if (is_digit(text_[i])) shown_[i] = '*';
  }

  std::string_view text_;
  std::string shown_;
  std::string_view previous_;
  std::size_t row_begin_ = 0, row_end_ = 0, row_words_ = 0, row_digits_ = 0;
  bool only_colons_ = true;
};

}  // namespace

std::string mask_keys(std::string_view text) { return Mask(text).run(); }

}  // namespace warpline
