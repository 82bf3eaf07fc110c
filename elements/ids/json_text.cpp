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

bool is_utf8(Bytes bytes) {
  for (std::size_t i = 0; i < bytes.size;) {
    auto const length = utf8_length(bytes.data + i, bytes.size - i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

}  // namespace

void JsonWriter::text(Bytes bytes) {
  auto const as_it_is = is_utf8(bytes);
  for (std::uint32_t i = 0; i < bytes.size; ++i) {
    auto const byte = bytes.data[i];
    auto const c = static_cast<char>(byte);
    if (!as_it_is && byte != '\n' && byte != '\r' && (byte < 0x20 || byte > 0x7e)) {
      raw("\\\\x");
      hex(byte);
      continue;
    }
    switch (byte) {
      case '"':
        raw("\\\"");
        break;
      case '\\':
        raw("\\\\");
        break;
      case '\n':
        raw("\\n");
        break;
      case '\r':
        raw("\\r");
        break;
      case '\t':
        raw("\\t");
        break;
      case '\b':
        raw("\\b");
        break;
      case '\f':
        raw("\\f");
        break;
      default:
        if (byte < 0x20) {
          raw("\\u00");
          hex(byte);
        } else {
          raw(c);
        }
    }
  }
}

void JsonWriter::text_field(std::string_view name, Bytes bytes) {
  this->name(name);
  raw('"');
  text(bytes);
  raw('"');
}

}  // namespace warpline::ids
