// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "elements/ids/json_writer.hpp"

namespace warpline::ids {
namespace {

/// The length of the character that begins here; 0 if it is not UTF-8 (RFC 3629).
std::size_t utf8_length(std::uint8_t const* at, std::size_t left) {
  auto const first = at[0];
  if (first < 0x80) return 1;
  auto const size = first < 0xc2   ? 0u
                    : first < 0xe0 ? 2u
                    : first < 0xf0 ? 3u
                    : first < 0xf5 ? 4u
                                   : 0u;
  if (size == 0 || size > left) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((at[i] & 0xc0) != 0x80) return 0;
  // Longer forms than needed, halves of UTF-16 pairs, and what is above U+10FFFF.
  if ((first == 0xe0 && at[1] < 0xa0) || (first == 0xed && at[1] > 0x9f) ||
      (first == 0xf0 && at[1] < 0x90) || (first == 0xf4 && at[1] > 0x8f))
    return 0;
  return size;
}

bool is_kept(std::uint8_t byte, TextForm form) {
  if (form == TextForm::kAscii) return byte < 0x80;
  return byte == '\n' || byte == '\r' || (byte >= 0x20 && byte <= 0x7e);
}

/// What follows the backslash that escapes the byte; 0 if it has no such form.
char escape_of(std::uint8_t byte) {
  switch (byte) {
    case '"':
    case '\\':
      return static_cast<char>(byte);
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    default:
      return 0;
  }
}

}  // namespace

bool is_utf8(Bytes bytes) {
  for (std::size_t i = 0; i < bytes.size;) {
    auto const length = utf8_length(bytes.data + i, bytes.size - i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

void JsonWriter::text(Bytes bytes, TextForm form) {
  bool const valid = is_utf8(bytes);
  std::uint32_t begin = 0;  // of bytes that are written as they are
  for (std::uint32_t i = 0; i < bytes.size; ++i) {
    auto const byte = bytes.data[i];
    bool const kept = valid || is_kept(byte, form);
    auto const escape = escape_of(byte);
    if (kept && escape == 0 && byte >= 0x20) continue;
    raw({reinterpret_cast<char const*>(bytes.data) + begin, i - begin});
    begin = i + 1;
    if (kept && escape != 0) {
      raw('\\');
      raw(escape);
    } else {
      raw(kept ? "\\u00" : "\\\\x");
      hex(byte);
    }
  }
  raw({reinterpret_cast<char const*>(bytes.data) + begin, bytes.size - begin});
}

void JsonWriter::text_field(std::string_view name, Bytes bytes, TextForm form) {
  this->name(name);
  raw('"');
  text(bytes, form);
  raw('"');
}

}  // namespace warpline::ids
