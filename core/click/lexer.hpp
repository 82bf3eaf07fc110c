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

/// The kinds of tokens; those without a comment are one symbol each.
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

/// A token and its place. `text` points into the text that the lexer reads.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;
  Position position;
  std::size_t offset = 0;
};

/// Splits a text into tokens, with one token of look-ahead. Text in parentheses is not split: after
/// `kOpenParenthesis` the caller continues at `cursor()`. One thread.
class Lexer {
 public:
  Lexer(std::string_view text, Diagnostics& errors) : text_(text), cursor_(text), errors_(errors) {}

  Token const& peek();
  Token next();

  /// The place after the last token. There must be no look-ahead.
  Cursor& cursor() { return cursor_; }

  /// The text from the token ahead on.
  std::string_view rest() { return text_.substr(peek().offset); }

  /// The line on which the last token, or the text read from `cursor()`, ended.
  std::uint32_t last_line() const { return peeked_ ? last_line_ : cursor_.position().line; }

  /// After an error: moves after the next `;` or the end of a line that ends the statement, or
  /// before a `}` that closes an open brace.
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
