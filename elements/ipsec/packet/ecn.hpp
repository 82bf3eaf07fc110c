// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// The ECN field: the low two bits of TOS and traffic class (RFC 3168 section 5).
namespace warpline::ipsec::ecn {

inline constexpr unsigned kNotEct = 0, kEct1 = 1, kEct0 = 2, kCe = 3, kMask = 3;

/// Congestion was met by a packet whose ends do not use ECN.
inline constexpr unsigned kDrop = 4;

/// The new inner field at the end of a tunnel, or `kDrop` (RFC 6040 section 4.2).
constexpr unsigned decapsulated(unsigned inner, unsigned outer) {
  // Rows: inner Not-ECT, ECT(1), ECT(0), CE; columns: outer, in the same order.
  constexpr std::uint8_t kTable[4][4] = {{kNotEct, kNotEct, kNotEct, kDrop},
                                         {kEct1, kEct1, kEct1, kCe},
                                         {kEct0, kEct1, kEct0, kCe},
                                         {kCe, kCe, kCe, kCe}};
  return kTable[inner & kMask][outer & kMask];
}
}  // namespace warpline::ipsec::ecn
