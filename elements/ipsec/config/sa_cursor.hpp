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

/// A number as `ip` takes it: decimal, or hexadecimal after `0x`. None if it is 2^32 or more, if a
/// decimal one begins with 0 and goes on (`ip` takes it for octal), or if the text is something
/// else.
std::optional<std::uint32_t> parse_number(std::string_view text);

/// Reads the words of one SA in order and notes what is wrong with them.
class SaCursor {
 public:
  SaCursor(SaWords const& words, Diagnostics& diagnostics)
      : words_(words), diagnostics_(diagnostics) {}

  bool at_end() const { return next_ == words_.size(); }
  Word const& peek() const { return words_[next_]; }
  Word const& take() { return words_[next_++]; }
  /// The word taken last.
  Word const& last() const { return words_[next_ - 1]; }
  Word const& first() const { return words_.front(); }
  /// Skips what stands in one row with the word taken last.
  void skip_row();

  void fail(Position position, std::string message);
  void fail(Word const& word, std::string message) { fail(word.position, std::move(message)); }
  bool failed() const { return failed_; }

  /// The next word; null and a finding at `field` where there is none.
  Word const* value(Word const& field, std::string const& expected);
  /// The next word as a number (`parse_number`); `ip -s` repeats it in parentheses:
  /// `7(0x00000007)`. None and a finding if it is not one.
  std::optional<std::uint32_t> number(Word const& field, std::string const& expected);
  /// The next word as `0x` and the digits of one of `sizes` bytes, rising; `parts` says what they
  /// are. No bytes may also be an empty word, or no word at all, as `ip` prints it. Passes over
  /// `(160 bits)` after it. None and a finding where it is not.
  std::optional<Secret> key(Word const& field, std::span<unsigned const> sizes,
                            std::string const& parts);

 private:
  SaWords const& words_;
  Diagnostics& diagnostics_;
  std::size_t next_ = 0;
  bool failed_ = false;
};

}  // namespace warpline::ipsec
