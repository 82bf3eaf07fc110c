// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/verify/numbers.hpp"

#include <bit>

#include "core/base/hex.hpp"

namespace warpline::ids {
namespace {

constexpr std::uint32_t kMaxDigits = 23;

bool is_blank(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// As `strtoull` reads them: blanks, a sign, `0x`, then digits up to the first other byte.
std::optional<std::uint64_t> read_digits(std::uint8_t const* text, std::uint32_t size,
                                         unsigned base, std::uint32_t* used) {
  std::uint32_t at = 0;
  while (at < size && is_blank(text[at])) ++at;
  bool const negative = at < size && text[at] == '-';
  if (at < size && (text[at] == '-' || text[at] == '+')) ++at;
  bool const prefix = at + 2 < size && text[at] == '0' && (text[at + 1] | 0x20) == 'x' &&
                      hex_value(static_cast<char>(text[at + 2])) >= 0;
  if ((base == 16 || base == 0) && prefix) {
    at += 2;
    base = 16;
  } else if (base == 0) {
    base = at < size && text[at] == '0' ? 8 : 10;
  }
  auto const begin = at;
  std::uint64_t value = 0;
  for (; at < size; ++at) {
    int const digit = hex_value(static_cast<char>(text[at]));
    if (digit < 0 || static_cast<unsigned>(digit) >= base) break;
    if (__builtin_mul_overflow(value, std::uint64_t{base}, &value) ||
        __builtin_add_overflow(value, static_cast<std::uint64_t>(digit), &value))
      return std::nullopt;
  }
  if (at == begin) return std::nullopt;
  if (used != nullptr) *used = at;
  return negative ? 0 - value : value;
}

}  // namespace

std::optional<std::uint64_t> read_number(Bytes buffer, std::int64_t offset, std::uint64_t size,
                                         NumberFormat const& format, std::uint32_t* length) {
  if (offset < 0 || offset > buffer.size) return std::nullopt;
  auto const left = buffer.size - static_cast<std::uint32_t>(offset);
  auto const* const data = buffer.data + offset;
  std::uint64_t value = 0;
  if (format.text) {
    if (size == 0) size = left < kMaxDigits ? left : kMaxDigits;
    if (size > left || size > kMaxDigits) return std::nullopt;
    auto const digits = read_digits(data, static_cast<std::uint32_t>(size), format.base, length);
    if (!digits) return std::nullopt;
    value = *digits;
  } else {
    if (size == 0 || size > 8 || size > left) return std::nullopt;
    for (std::uint64_t i = 0; i < size; ++i)
      value = value << 8 | data[format.little_endian ? size - 1 - i : i];
    if (length != nullptr) *length = static_cast<std::uint32_t>(size);
  }
  if (format.mask) value = (value & *format.mask) >> std::countr_zero(*format.mask);
  return value;
}

}  // namespace warpline::ids
