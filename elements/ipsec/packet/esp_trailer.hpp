// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "core/net/wire.hpp"

/// The end of an ESP packet before encryption: padding, its length, the next header, and the space
/// for the ICV (RFC 4303 sections 2.4 to 2.8).
namespace warpline::ipsec {

namespace detail {
template <class T>
void put(std::uint8_t* at, T const& value) {
  std::memcpy(at, &value, sizeof value);
}
/// Padding of up to 3 bytes and its length, as little-endian words.
inline constexpr std::uint64_t kTrailers[4] = {0x00, 0x01'01, 0x02'02'01, 0x03'03'02'01};
inline constexpr std::uint64_t kPadding = 0x08'07'06'05'04'03'02'01;
inline constexpr std::uint64_t kPaddingBehind = 0x10'0f'0e'0d'0c'0b'0a'09;
inline constexpr auto kLongPadding = [] {
  std::array<std::uint8_t, 255> bytes{};
  for (unsigned i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i + 1);
  return bytes;
}();
}  // namespace detail

/// Writes what follows the plaintext at `at`: `padding` bytes, at most 3 with `block` 4 and 15 with
/// 16, the trailer, and `icv_size` (8 to 32) bytes of space, which begin with the high half of the
/// sequence number, followed by zeros. Without extended numbers that half is 0.
///
/// Whole words, each over the excess bytes of the one before: writing bytes by length would cost a
/// branch that mixed sizes mispredict. No word passes the end of the space.
inline void put_trailer(std::uint8_t* at, unsigned padding, unsigned block,
                        std::uint8_t next_header, unsigned icv_size, std::uint64_t sequence) {
  constexpr unsigned kWord = sizeof(std::uint64_t);
  auto* const trailer = at + padding;
  auto* const room = trailer + sizeof(esp::Trailer);
  if (block == 4) {
    detail::put(at, detail::kTrailers[padding] | std::uint64_t{next_header} << 8 * (padding + 1));
  } else {
    unsigned const trailing = padding + static_cast<unsigned>(sizeof(esp::Trailer)) + icv_size;
    detail::put(at, detail::kPadding);
    detail::put(at + std::min(kWord, trailing - kWord), detail::kPaddingBehind);
    detail::put(trailer, static_cast<std::uint16_t>(padding | unsigned{next_header} << 8));
  }
  for (unsigned zeros = kWord; zeros + kWord < icv_size; zeros += kWord)
    detail::put(room + zeros, std::uint64_t{0});
  detail::put(room + icv_size - kWord, std::uint64_t{0});
  detail::put(room, std::uint64_t{__builtin_bswap32(static_cast<std::uint32_t>(sequence >> 32))});
}

/// Checks that the `size` bytes that end before `trailer` are 1, 2, 3, ... The 8 bytes before it
/// must be readable.
inline bool padding_holds(std::uint8_t const* trailer, unsigned size) {
  constexpr unsigned kWord = sizeof(std::uint64_t);
  constexpr std::uint64_t kOnes = 0x01'01'01'01'01'01'01'01;
  if (size == 0) return true;
  std::uint64_t last = 0, first = 0;
  std::memcpy(&last, trailer - kWord, kWord);
  if (size <= kWord)
    return (last ^ detail::kPadding << 8 * (kWord - size)) >> 8 * (kWord - size) == 0;
  if (size > 2 * kWord) return std::memcmp(trailer - size, detail::kLongPadding.data(), size) == 0;
  std::memcpy(&first, trailer - size, kWord);
  return first == detail::kPadding && last == detail::kPadding + (size - kWord) * kOnes;
}

}  // namespace warpline::ipsec
