// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/click/lexer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/click/limits.hpp"

namespace warpline::click {
namespace {

constexpr std::array<std::pair<std::string_view, TokenKind>, 11> kSymbols{{
    {"->", TokenKind::kArrow},
    {"::", TokenKind::kDoubleColon},
    {",", TokenKind::kComma},
    {";", TokenKind::kSemicolon},
    {"|", TokenKind::kBar},
    {"(", TokenKind::kOpenParenthesis},
    {")", TokenKind::kCloseParenthesis},
    {"[", TokenKind::kOpenBracket},
    {"]", TokenKind::kCloseBracket},
    {"{", TokenKind::kOpenBrace},
    {"}", TokenKind::kCloseBrace},
}};

std::size_t name_length(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && is_name_char(text[length])) {
    auto const two = text.substr(length, 2);
    if (two == "//" || two == "/*") break;
    ++length;
  }
  return length;
}

std::string_view without_blanks(std::string_view line) {
  auto const start = line.find_first_not_of(" \t\r\v\f");
  return start == std::string_view::npos ? std::string_view{} : line.substr(start);
}

/// `# 12 "file"` and `#line 12 "file"`, which cpp writes, and `#!` for the shell.
bool is_line_marker(std::string_view line, std::uint32_t number) {
  if (line.substr(0, 2) == "#!") return number == 1;
  line.remove_prefix(1);
  if (line.substr(0, 4) == "line") line.remove_prefix(4);
  line = without_blanks(line);
  return !line.empty() && is_digit(line[0]);
}

/// True if a statement ends at the end of a line that ends with `last` and is followed by `text`.
bool ends_statement(char last, std::string_view text) {
  constexpr std::string_view kGoesOn = ">,:|";
  constexpr std::string_view kContinues = "-[:,(|)={;/\n";
  text = without_blanks(text);
  return !text.empty() && kGoesOn.find(last) == std::string_view::npos &&
         kContinues.find(text[0]) == std::string_view::npos;
}

}  // namespace

Token const& Lexer::peek() {
  if (!peeked_) {
    last_line_ = cursor_.position().line;
    peeked_ = read();
  }
  return *peeked_;
}

Token Lexer::next() {
  auto token = peek();
  peeked_.reset();
  return token;
}

void Lexer::skip_directive() {
  auto const start = cursor_.position();
  auto const line = cursor_.rest().substr(0, cursor_.rest().find('\n'));
  if (!is_line_marker(line, start.line)) {
    auto const word = line.substr(0, 1 + parameter_name_length(line.substr(1)));
    errors_.error(start,
                  word == "#include" || word == "#define" || word == "#if" || word == "#ifdef"
                      ? "'" + std::string(word) +
                            "' is not supported; expected one complete "
                            "file (run it through cpp first)"
                      : "a line cannot start with '#'; comments are '// ...' and '/* ... */'");
  }
  cursor_.skip_line();
}

Token Lexer::read() {
  auto const last = cursor_.position();
  auto line = last.column == 1 ? 0 : last.line;
  for (;;) {
    cursor_.skip_blanks(errors_);
    if (cursor_.peek() != '#' || cursor_.position().line == line) break;
    skip_directive();
    line = cursor_.position().line;
  }
  Token token{TokenKind::kEnd, cursor_.rest().substr(0, 0), cursor_.position(), cursor_.offset()};
  if (cursor_.at_end()) {
    token.position = last;  // what is missing at the end is reported after the last token
    return token;
  }

  if (auto const length = name_length(cursor_.rest()); length > 0) {
    token.text = cursor_.rest().substr(0, length);
    token.kind = std::all_of(token.text.begin(), token.text.end(), is_digit) ? TokenKind::kNumber
                                                                             : TokenKind::kName;
    cursor_.advance(length);
    if (token.kind == TokenKind::kName) check_name(token);
    return token;
  }
  if (cursor_.peek() == '$') {
    if (auto const length = parameter_name_length(cursor_.rest().substr(1)); length > 0) {
      token.kind = TokenKind::kParameter;
      token.text = cursor_.rest().substr(1, length);
      cursor_.advance(length + 1);
      check_name(token);
      return token;
    }
  }
  return read_symbol(token);
}

void Lexer::check_name(Token const& token) {
  if (token.text.size() > kMaxNameBytes)
    errors_.fatal(token.position,
                  "a name has at most " + std::to_string(kMaxNameBytes) + " characters");
  if (token.text.front() == '/' || token.text.back() == '/')
    errors_.error(token.position, "a name cannot start or end with '/'");
}

Token Lexer::read_symbol(Token token) {
  token.kind = TokenKind::kInvalid;
  std::size_t length = cursor_.sees("=>") || cursor_.sees("||") ? 2 : 1;
  if (length == 1) {
    for (auto const& [text, kind] : kSymbols) {
      if (!cursor_.sees(text)) continue;
      token.kind = kind;
      length = text.size();
      break;
    }
  }
  // All bytes of a UTF-8 character are one token, so that it is reported once and whole.
  if (token.kind == TokenKind::kInvalid)
    if (auto const quoted = printable(cursor_.rest()); quoted[0] == '\'' && quoted.size() > 3)
      length = quoted.size() - 2;
  token.text = cursor_.rest().substr(0, length);
  cursor_.advance(length);
  return token;
}

void Lexer::skip_statement() {
  if (peeked_) cursor_.rewind(peeked_->offset, peeked_->position);
  peeked_.reset();
  std::size_t depth = 0;
  char last = ' ';
  while (!cursor_.at_end()) {
    auto const c = cursor_.peek();
    if (depth == 0 && c == '}') return;
    if (c == '{') ++depth;
    if (c == '}') --depth;
    if (c == '"' || c == '\'') {
      auto const line = cursor_.rest().substr(0, cursor_.rest().find('\n'));
      if (auto const end = line.find(c, 1); end != std::string_view::npos) cursor_.advance(end);
    }
    if (cursor_.skip_comment(errors_)) continue;
    cursor_.advance();
    if (depth == 0 && c == ';') return;
    if (depth == 0 && c == '\n' && ends_statement(last, cursor_.rest())) return;
    if (!is_blank(c)) last = c;
  }
}

std::string describe(Token const& token) {
  switch (token.kind) {
    case TokenKind::kEnd:
      return "the end of the text";
    case TokenKind::kParameter:
      return "'$" + std::string(token.text) + "' (a parameter can stand only in arguments)";
    case TokenKind::kInvalid:
      if (token.text == "=>") return "'=>' (a connection is written '->')";
      if (token.text == "||") return "'||' (a compound has one form)";
      if (token.text == "-") return "'-' (a connection is written '->'; a name has no '-')";
      if (token.text == ">" || token.text == "=")
        return printable(token.text) + " (a connection is written '->')";
      if (token.text == "#") return "'#' (comments are '// ...' and '/* ... */')";
      if (token.text == ":") return "':' (a declaration is written 'name :: Class')";
      return printable(token.text);
    default:
      return "'" + std::string(token.text) + "'";
  }
}

}  // namespace warpline::click
