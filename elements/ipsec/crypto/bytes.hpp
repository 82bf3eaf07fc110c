// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

#include "core/base/hd.hpp"

/// Big-endian words at any address, for kernel bodies. They are composed of bytes: no alignment is
/// assumed, and host compilers turn each into one load or store and a byte swap. A device has no
/// such loads: it processes blocks in units as large as the address allows.
namespace warpline::ipsec {

WARPLINE_HD inline std::uint32_t load_be32(std::uint8_t const* from) {
  return static_cast<std::uint32_t>(from[0]) << 24 | static_cast<std::uint32_t>(from[1]) << 16 |
         static_cast<std::uint32_t>(from[2]) << 8 | from[3];
}

WARPLINE_HD inline void store_be32(std::uint8_t* to, std::uint32_t word) {
  to[0] = static_cast<std::uint8_t>(word >> 24);
  to[1] = static_cast<std::uint8_t>(word >> 16);
  to[2] = static_cast<std::uint8_t>(word >> 8);
  to[3] = static_cast<std::uint8_t>(word);
}

WARPLINE_HD constexpr std::uint32_t rotate_left(std::uint32_t word, unsigned bits) {
  return word << bits | word >> (32 - bits);
}

/// A block of 16 bytes as four big-endian words.
struct alignas(16) Block {
  std::uint32_t words[4];
};

namespace detail {
WARPLINE_HD constexpr std::uint32_t swap_bytes(std::uint32_t word) {
  return word << 24 | (word & 0xff00u) << 8 | (word >> 8 & 0xff00u) | word >> 24;
}

/// In units of `kUnit` bytes (2, 4 or 16); `from` is a multiple of it.
template <unsigned kUnit>
WARPLINE_HD inline Block load_units(std::uint8_t const* from) {
  Block block;
  if constexpr (kUnit == 2) {
    for (unsigned i = 0; i < 4; ++i) {
      std::uint16_t halves[2];
      std::memcpy(&halves[0], __builtin_assume_aligned(from + 4 * i, 2), 2);
      std::memcpy(&halves[1], __builtin_assume_aligned(from + 4 * i + 2, 2), 2);
      block.words[i] = halves[0] | static_cast<std::uint32_t>(halves[1]) << 16;
    }
  } else {
    std::memcpy(&block, __builtin_assume_aligned(from, kUnit), 16);
  }
  for (auto& word : block.words) word = swap_bytes(word);
  return block;
}
template <unsigned kUnit>
WARPLINE_HD inline void store_units(std::uint8_t* to, Block block) {
  for (auto& word : block.words) word = swap_bytes(word);
  if constexpr (kUnit == 2) {
    for (unsigned i = 0; i < 4; ++i) {
      auto const low = static_cast<std::uint16_t>(block.words[i]);
      auto const high = static_cast<std::uint16_t>(block.words[i] >> 16);
      std::memcpy(__builtin_assume_aligned(to + 4 * i, 2), &low, 2);
      std::memcpy(__builtin_assume_aligned(to + 4 * i + 2, 2), &high, 2);
    }
  } else {
    std::memcpy(__builtin_assume_aligned(to, kUnit), &block, 16);
  }
}

/// The largest of the units that an address is a multiple of: 1, 2, 4 or 16.
WARPLINE_HD inline unsigned unit_at(void const* address) {
  auto const value = reinterpret_cast<std::uintptr_t>(address);
  return value % 16 == 0 ? 16 : value % 4 == 0 ? 4 : value % 2 == 0 ? 2 : 1;
}
}  // namespace detail

/// The 16 bytes at `from`.
WARPLINE_HD inline Block load_block(std::uint8_t const* from) {
#if defined(__CUDA_ARCH__)
  switch (detail::unit_at(from)) {
    case 16:
      return detail::load_units<16>(from);
    case 4:
      return detail::load_units<4>(from);
    case 2:
      return detail::load_units<2>(from);
    default:
      break;
  }
#endif
  return {{load_be32(from), load_be32(from + 4), load_be32(from + 8), load_be32(from + 12)}};
}

/// The `size` < 16 bytes at `from`, then zeros.
WARPLINE_HD inline Block load_partial_block(std::uint8_t const* from, std::uint32_t size) {
  Block block{};
  for (std::uint32_t i = 0; i < 15; ++i)  // constant bounds keep a device's words in registers
    if (i < size) block.words[i / 4] |= static_cast<std::uint32_t>(from[i]) << (24 - 8 * (i % 4));
  return block;
}

/// Writes 16 bytes to `to`.
WARPLINE_HD inline void store_block(std::uint8_t* to, Block const& block) {
#if defined(__CUDA_ARCH__)
  switch (detail::unit_at(to)) {
    case 16:
      return detail::store_units<16>(to, block);
    case 4:
      return detail::store_units<4>(to, block);
    case 2:
      return detail::store_units<2>(to, block);
    default:
      break;
  }
#endif
  for (unsigned i = 0; i < 4; ++i) store_be32(to + 4 * i, block.words[i]);
}

}  // namespace warpline::ipsec
