// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/json.hpp"

#include <cstddef>

namespace warpline::ids {
namespace {

/// The length of the UTF-8 sequence (RFC 3629: no surrogates, no overlong form) at the beginning of
/// `text`; 0 if there is none.
std::size_t sequence_size(std::string_view text) {
  auto const byte_at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  auto const in = [](unsigned c, unsigned low, unsigned high) { return c >= low && c <= high; };
  unsigned const lead = byte_at(0);
  unsigned low = 0x80, high = 0xbf;
  std::size_t size = 0;
  if (lead < 0x80) return 1;
  if (in(lead, 0xc2, 0xdf)) {
    size = 2;
  } else if (in(lead, 0xe0, 0xef)) {
    size = 3;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
  } else if (in(lead, 0xf0, 0xf4)) {
    size = 4;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
  }
  if (size == 0 || !in(byte_at(1), low, high)) return 0;
  for (std::size_t i = 2; i < size; ++i)
    if (!in(byte_at(i), 0x80, 0xbf)) return 0;
  return size;
}

}  // namespace

std::string json_string(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "\"";
  while (!text.empty()) {
    auto const size = sequence_size(text);
    auto const c = static_cast<unsigned char>(text.front());
    if (size == 0) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < 0x20) {
      out += "\\u00";
      out += kDigits[c >> 4];
      out += kDigits[c & 15];
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out += '"';
}

}  // namespace warpline::ids
