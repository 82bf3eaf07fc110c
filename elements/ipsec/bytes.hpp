// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/hd.hpp"

/// Big-endian words at any address, for kernel bodies. Composed of bytes: no alignment is assumed,
/// and host compilers turn each into one load or store and a byte swap.
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

}  // namespace warpline::ipsec
