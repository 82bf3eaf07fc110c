// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/click/cursor.hpp"

namespace warpline::click {

enum class TokenKind : std::uint8_t {
  kName,       ///< letters, digits, `_`, `@`, `/`
  kNumber,     ///< digits only
  kParameter,  ///< `$name`; the text is the name
  kArrow,
  kDoubleColon,
  kComma,
  kSemicolon,
  kBar,
  kOpenParenthesis,
  kCloseParenthesis,
  kOpenBracket,
  kCloseBracket,
  kOpenBrace,
  kCloseBrace,
  kInvalid,  ///< anything else, one character or a wrong operator
  kEnd
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;
  Position position;
  std::size_t offset = 0;
};

/// Cuts a text into tokens, one token of look-ahead. What stands in parentheses is not made of
/// tokens: after `kOpenParenthesis` the caller reads on from `cursor()`.
class Lexer {
 public:
  Lexer(std::string_view text, Diagnostics& errors) : text_(text), cursor_(text), errors_(errors) {}

  Token const& peek();
  Token next();

  /// The place behind the last token taken. Nothing may be peeked at.
  Cursor& cursor() { return cursor_; }

  /// The text from the token ahead on.
  std::string_view rest() { return text_.substr(peek().offset); }

  /// The line where the last token, or what was read from `cursor()`, ended.
  std::uint32_t last_line() const { return peeked_ ? last_line_ : cursor_.position().line; }

  /// After an error: moves behind the next `;` or end of a line that ends the statement, or before
  /// a
  /// `}` that closes what is open.
  void skip_statement();

 private:
  Token read();
  Token read_symbol(Token token);
  void check_name(Token const& token);
  void skip_directive();

  std::string_view text_;
  Cursor cursor_;
  Diagnostics& errors_;
  std::optional<Token> peeked_;
  std::uint32_t last_line_ = 1;
};

/// The token for a message: `'->'`, `end of the text`, with a hint for common slips.
std::string describe(Token const& token);

}  // namespace warpline::click
