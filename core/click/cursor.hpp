// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/diagnostics.hpp"

namespace warpline::click {

/// A reading position in a text, with its line and column. One thread.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return offset_ >= text_.size(); }
  std::size_t offset() const { return offset_; }
  Position position() const { return position_; }
  std::string_view rest() const { return text_.substr(offset_); }
  std::string_view since(std::size_t offset) const {
    return text_.substr(offset, offset_ - offset);
  }

  /// The byte `ahead` of the reading position; NUL after the end.
  char peek(std::size_t ahead = 0) const {
    return offset_ + ahead < text_.size() ? text_[offset_ + ahead] : '\0';
  }
  bool sees(std::string_view word) const { return rest().substr(0, word.size()) == word; }

  /// Moves over `count` bytes; stops at the end.
  void advance(std::size_t count = 1);

  /// Returns to where `offset()` and `position()` were read.
  void rewind(std::size_t offset, Position position) {
    offset_ = offset;
    position_ = position;
  }

  /// Moves to the end of the line, not over it.
  void skip_line();

  /// Skips blanks and comments; returns whether there were any. A comment that is not closed is an
  /// error.
  bool skip_blanks(Diagnostics& errors);

  /// Moves over one comment, if one starts here.
  bool skip_comment(Diagnostics& errors);

 private:
  std::string_view text_;
  std::size_t offset_ = 0;
  Position position_{1, 1};
};

bool is_blank(char c);
bool is_digit(char c);

/// A character of an element's or a class's name: letter, digit, `_`, `@` or `/`.
bool is_name_char(char c);

/// The bytes of the `$` reference's name at the start of `text`: letters, digits, `_`, no digit
/// first.
std::size_t parameter_name_length(std::string_view text);

/// The length of a `{0}`, `{name}` or `{}` without blanks at the start of `text`; 0 if there is
/// none.
std::size_t placeholder_length(std::string_view text);

/// The error text for such a placeholder.
std::string placeholder_message(std::string_view placeholder);

/// The character at the start of `text`, quoted for a message: `'é'`, or `byte 0x01`.
std::string printable(std::string_view text);

}  // namespace warpline::click
