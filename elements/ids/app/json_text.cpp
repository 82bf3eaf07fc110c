// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/json_text.hpp"

#include <cstdint>

namespace warpline::ids {
namespace {

/// Bytes of the character at `text`, 0 if it is not valid UTF-8.
std::uint32_t utf8_size(Bytes text) {
  auto const lead = text.data[0];
  if (lead < 0x80) return 1;
  std::uint32_t const size = lead >= 0xc2 && lead < 0xe0   ? 2
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xf0 && lead < 0xf5 ? 4
                                                           : 0;
  if (size == 0 || size > text.size) return 0;
  for (std::uint32_t i = 1; i < size; ++i)
    if ((text.data[i] & 0xc0) != 0x80) return 0;
  auto const second = text.data[1];
  bool const overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  bool const surrogate = lead == 0xed && second > 0x9f;
  bool const too_large = lead == 0xf4 && second > 0x8f;
  return overlong || surrogate || too_large ? 0 : size;
}

void escape(JsonWriter& out, std::uint8_t byte) {
  switch (byte) {
    case '"':
      return out.raw("\\\"");
    case '\\':
      return out.raw("\\\\");
    case '\b':
      return out.raw("\\b");
    case '\f':
      return out.raw("\\f");
    case '\n':
      return out.raw("\\n");
    case '\r':
      return out.raw("\\r");
    case '\t':
      return out.raw("\\t");
    default:
      break;
  }
  out.raw(byte < 0x20 ? "\\u00" : "\\\\x");
  out.hex(byte);
}

}  // namespace

bool is_utf8(Bytes text) {
  while (text.size > 0) {
    auto const size = utf8_size(text);
    if (size == 0) return false;
    text = text.after(size);
  }
  return true;
}

void write_json_text(JsonWriter& out, Bytes text) {
  bool const valid = is_utf8(text);
  std::uint32_t begin = 0;
  auto const flush = [&](std::uint32_t end) {
    out.raw({reinterpret_cast<char const*>(text.data) + begin, end - begin});
    begin = end + 1;
  };
  for (std::uint32_t i = 0; i < text.size; ++i) {
    auto const byte = text.data[i];
    if (byte >= 0x20 && byte != '"' && byte != '\\' && (byte < 0x80 || valid)) continue;
    flush(i);
    escape(out, byte);
  }
  if (begin < text.size) flush(text.size);
}

void json_text_field(JsonWriter& out, std::string_view name, Bytes text) {
  out.name(name);
  out.raw('"');
  write_json_text(out, text);
  out.raw('"');
}

}  // namespace warpline::ids
