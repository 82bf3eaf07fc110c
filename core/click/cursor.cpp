// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/click/cursor.hpp"

#include <algorithm>

#include "core/base/hex.hpp"

namespace warpline::click {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// The length of the UTF-8 sequence at the start of `text`, 0 if it is not one.
std::size_t utf8_length(std::string_view text) {
  auto const lead = static_cast<unsigned char>(text[0]);
  std::size_t const length = lead < 0xc2   ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  return length;
}

}  // namespace

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name_char(char c) { return is_letter(c) || is_digit(c) || c == '@' || c == '/'; }

std::size_t parameter_name_length(std::string_view text) {
  if (text.empty() || !is_letter(text[0])) return 0;
  std::size_t length = 1;
  while (length < text.size() && (is_letter(text[length]) || is_digit(text[length]))) ++length;
  return length;
}

std::size_t placeholder_length(std::string_view text) {
  if (text.empty() || text[0] != '{') return 0;
  std::size_t length = 1;
  while (length < text.size() && (is_letter(text[length]) || is_digit(text[length]))) ++length;
  return length < text.size() && text[length] == '}' ? length + 1 : 0;
}

std::string placeholder_message(std::string_view placeholder) {
  return "'" + std::string(placeholder.substr(0, 32)) +
         "' looks like a template placeholder; it must be filled in first";
}

std::string printable(std::string_view text) {
  auto const byte = static_cast<unsigned char>(text[0]);
  if (byte >= 0x20 && byte < 0x7f) return std::string("'") + text[0] + "'";
  if (auto const length = utf8_length(text)) return "'" + std::string(text.substr(0, length)) + "'";
  std::string hex("byte 0x");
  append_hex(hex, byte);
  return hex;
}

void Cursor::advance(std::size_t count) {
  auto const end = std::min(text_.size(), offset_ + count);
  for (; offset_ < end; ++offset_) {
    if (text_[offset_] == '\n') {
      ++position_.line;
      position_.column = 1;
    } else {
      ++position_.column;
    }
  }
}

void Cursor::skip_line() {
  while (!at_end() && peek() != '\n') advance();
}

bool Cursor::skip_comment(Diagnostics& errors) {
  if (sees("//")) {
    skip_line();
    return true;
  }
  if (!sees("/*")) return false;
  auto const start = position_;
  auto const end = rest().find("*/", 2);
  if (end == std::string_view::npos)
    errors.error(start, "this comment is not closed; expected '*/' (quote the text if it is none)");
  advance(end == std::string_view::npos ? text_.size() : end + 2);
  return true;
}

bool Cursor::skip_blanks(Diagnostics& errors) {
  auto const start = offset_;
  while (!at_end()) {
    if (is_blank(peek()))
      advance();
    else if (!skip_comment(errors))
      break;
  }
  return offset_ != start;
}

}  // namespace warpline::click
