// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"
#include "elements/ipsec/crypto/bytes.hpp"

/// GHASH (NIST SP 800-38D section 6.4) without tables and without a carry-less multiplier.
///
/// An integer product of operands whose bits are only in every fourth place is a carry-less one: at
/// most eight partial products meet in a place, and three free bits hold their carries. Sixteen
/// such products make one of 32×32 bits. The time does not depend on the data, and no memory is
/// accessed. A table per SA would not stay in a GPU's cache, but a GPU has a 32×32→64 multiplier.
namespace warpline::ipsec {

/// A field element in memory order: `high` is the first 8 bytes, big-endian. The field's bit order
/// is reversed: the coefficient of x^0 is the top bit of `high`.
struct GhashElement {
  std::uint64_t high;
  std::uint64_t low;
};

namespace detail {
/// The carry-less product of two 32-bit polynomials.
WARPLINE_HD inline std::uint64_t carryless_32(std::uint32_t x, std::uint32_t y) {
  constexpr std::uint32_t kEvery4th = 0x11111111u;
  constexpr std::uint64_t kEvery4thWide = 0x1111111111111111u;
  std::uint64_t const x0 = x & kEvery4th, x1 = x & kEvery4th << 1, x2 = x & kEvery4th << 2,
                      x3 = x & kEvery4th << 3;
  std::uint64_t const y0 = y & kEvery4th, y1 = y & kEvery4th << 1, y2 = y & kEvery4th << 2,
                      y3 = y & kEvery4th << 3;
  std::uint64_t const z0 = (x0 * y0) ^ (x1 * y3) ^ (x2 * y2) ^ (x3 * y1);
  std::uint64_t const z1 = (x0 * y1) ^ (x1 * y0) ^ (x2 * y3) ^ (x3 * y2);
  std::uint64_t const z2 = (x0 * y2) ^ (x1 * y1) ^ (x2 * y0) ^ (x3 * y3);
  std::uint64_t const z3 = (x0 * y3) ^ (x1 * y2) ^ (x2 * y1) ^ (x3 * y0);
  return (z0 & kEvery4thWide) | (z1 & kEvery4thWide << 1) | (z2 & kEvery4thWide << 2) |
         (z3 & kEvery4thWide << 3);
}

struct Product128 {
  std::uint64_t high, low;
};

/// The carry-less product of two 64-bit polynomials: three of half the width (Karatsuba).
WARPLINE_HD inline Product128 carryless_64(std::uint64_t x, std::uint64_t y) {
  auto const xl = static_cast<std::uint32_t>(x), xh = static_cast<std::uint32_t>(x >> 32);
  auto const yl = static_cast<std::uint32_t>(y), yh = static_cast<std::uint32_t>(y >> 32);
  std::uint64_t const low = carryless_32(xl, yl), high = carryless_32(xh, yh);
  std::uint64_t const middle = carryless_32(xl ^ xh, yl ^ yh) ^ low ^ high;
  return {high ^ middle >> 32, low ^ middle << 32};
}
}  // namespace detail

/// The product of two elements modulo x^128 + x^7 + x^2 + x + 1.
WARPLINE_HD inline GhashElement ghash_multiply(GhashElement x, GhashElement y) {
  auto const low = detail::carryless_64(x.low, y.low);
  auto const high = detail::carryless_64(x.high, y.high);
  auto middle = detail::carryless_64(x.low ^ x.high, y.low ^ y.high);
  middle.high ^= low.high ^ high.high;
  middle.low ^= low.low ^ high.low;
  std::uint64_t p0 = low.low, p1 = low.high ^ middle.low;
  std::uint64_t p2 = high.low ^ middle.high, p3 = high.high;
  // The product of reversed operands has 255 bits, reversed: a shift by one makes it 256.
  p3 = p3 << 1 | p2 >> 63;
  p2 = p2 << 1 | p1 >> 63;
  p1 = p1 << 1 | p0 >> 63;
  p0 <<= 1;
  // Reversed, x^7 + x^2 + x + 1 folds the low half upwards by shifts of 0, 1, 2 and 7.
  p1 ^= p0 << 63 ^ p0 << 62 ^ p0 << 57;
  p2 ^= p0 ^ p0 >> 1 ^ p0 >> 2 ^ p0 >> 7 ^ p1 << 63 ^ p1 << 62 ^ p1 << 57;
  p3 ^= p1 ^ p1 >> 1 ^ p1 >> 2 ^ p1 >> 7;
  return {p3, p2};
}

WARPLINE_HD inline GhashElement operator^(GhashElement x, GhashElement y) {
  return {x.high ^ y.high, x.low ^ y.low};
}

WARPLINE_HD inline GhashElement ghash_element(Block const& block) {
  return {static_cast<std::uint64_t>(block.words[0]) << 32 | block.words[1],
          static_cast<std::uint64_t>(block.words[2]) << 32 | block.words[3]};
}

/// Adds a block to the hash.
WARPLINE_HD inline GhashElement ghash_block(GhashElement hash, GhashElement key,
                                            Block const& block) {
  return ghash_multiply(hash ^ ghash_element(block), key);
}

/// The last block of GHASH in GCM, from sizes in bytes.
WARPLINE_HD constexpr Block ghash_lengths(std::uint32_t aad_size, std::uint32_t size) {
  return {{aad_size >> 29, aad_size << 3, size >> 29, size << 3}};
}

/// Adds `size` bytes at `data` to the hash, the last block padded with zeros.
WARPLINE_HD inline GhashElement ghash_bytes(GhashElement hash, GhashElement key,
                                            std::uint8_t const* data, std::uint32_t size) {
  for (; size >= 16; size -= 16, data += 16) hash = ghash_block(hash, key, load_block(data));
  return size == 0 ? hash : ghash_block(hash, key, load_partial_block(data, size));
}

}  // namespace warpline::ipsec
