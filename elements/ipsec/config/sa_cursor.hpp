// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.hpp"
#include "elements/ipsec/config/sa_words.hpp"
#include "elements/ipsec/crypto/secret.hpp"

namespace warpline::ipsec {

/// Text from a user's file as a message shows it: in quotes, cut if it is long, digits masked that
/// may belong to a key.
std::string quoted(std::string_view text);

/// Parses a number like `ip`: decimal, or hexadecimal after `0x`. No value if it is 2^32 or more,
/// if a decimal number of several digits begins with 0 (`ip` reads it as octal), or if the text is
/// something else.
std::optional<std::uint32_t> parse_number(std::string_view text);

/// Reads the words of one SA in order and reports errors in them.
class SaCursor {
 public:
  SaCursor(SaWords const& words, Diagnostics& diagnostics)
      : words_(words), diagnostics_(diagnostics) {}

  bool at_end() const { return next_ == words_.size(); }
  Word const& peek() const { return words_[next_]; }
  Word const& take() { return words_[next_++]; }
  /// The last word read.
  Word const& last() const { return words_[next_ - 1]; }
  Word const& first() const { return words_.front(); }
  /// Skips the words in the same row as the last word.
  void skip_row();

  void fail(Position position, std::string message);
  void fail(Word const& word, std::string message) { fail(word.position, std::move(message)); }
  bool failed() const { return failed_; }

  /// The next word; null with an error at `field` if there is none.
  Word const* value(Word const& field, std::string const& expected);
  /// The next word as a number (`parse_number`); `ip -s` repeats it in parentheses:
  /// `7(0x00000007)`. No value, with an error, if it is not one.
  std::optional<std::uint32_t> number(Word const& field, std::string const& expected);
  /// The next word as `0x` and the digits of one of `sizes` bytes, in ascending order; `parts`
  /// describes them. An empty key may also be an empty word, or no word at all, as `ip` prints it.
  /// Skips `(160 bits)` after it. No value, with an error, if the word is something else.
  std::optional<Secret> key(Word const& field, std::span<unsigned const> sizes,
                            std::string const& parts);

 private:
  SaWords const& words_;
  Diagnostics& diagnostics_;
  std::size_t next_ = 0;
  bool failed_ = false;
};

}  // namespace warpline::ipsec
