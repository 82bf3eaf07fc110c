// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace warpline::ids {

/// Which of two pieces keeps the bytes that both contain. The earlier piece is the one that arrived
/// first. Offsets and ends are those with which a piece arrived, before anything was trimmed.
///
/// Sources: Novak, "Target-Based Fragmentation Reassembly" (2005), and Novak and Sturges,
/// "Target-Based TCP Stream Reassembly" (2007). Hosts of one name treat fragments and TCP segments
/// differently, so the rules for TCP that no rule for fragments equals have names of their own. TCP
/// of Windows, BSD, HP-UX 10, IRIX and macOS follows `kBsd`; that of HP-UX 11, `kTcpSolaris`.
enum class OverlapPolicy : std::uint8_t {
  kBsd,       ///< the earlier piece, unless the later one begins before it
  kBsdRight,  ///< the later piece, unless it begins before the earlier one
  kLinux,     ///< the later piece, unless it begins after the earlier one
  kFirst,     ///< the earlier piece
  kLast,      ///< the later piece
  kWindows,   ///< the earlier piece, unless the later one begins before it and ends after it
  kSolaris,   ///< the earlier piece, unless the later one begins before it and does not end before
  kTcpLinux,  ///< as `kBsd`; also the later piece if both begin together and it ends after
  kTcpOldLinux,  ///< as `kTcpLinux`; also the later piece if both begin and end together
  kTcpSolaris,   ///< the later piece, unless it ends before the earlier one, or with it and begins
                 ///< after it
};

/// Where a piece of data begins and how long it is. Offsets may wrap: pieces that are compared lie
/// within 2 GiB.
struct PieceRange {
  std::uint32_t offset = 0, size = 0;

  constexpr std::uint32_t end() const { return offset + size; }
};

/// `a - b` of two offsets.
constexpr std::int32_t distance(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b);
}

/// True if the bytes that both pieces contain are those of the later one.
constexpr bool later_wins(OverlapPolicy policy, PieceRange earlier, PieceRange later) {
  auto const begin = distance(later.offset, earlier.offset);
  auto const end = distance(later.end(), earlier.end());
  switch (policy) {
    case OverlapPolicy::kBsd:
      return begin < 0;
    case OverlapPolicy::kBsdRight:
      return begin >= 0;
    case OverlapPolicy::kLinux:
      return begin <= 0;
    case OverlapPolicy::kFirst:
      return false;
    case OverlapPolicy::kLast:
      return true;
    case OverlapPolicy::kWindows:
      return begin < 0 && end > 0;
    case OverlapPolicy::kSolaris:
      return begin < 0 && end >= 0;
    case OverlapPolicy::kTcpLinux:
      return begin < 0 || (begin == 0 && end > 0);
    case OverlapPolicy::kTcpOldLinux:
      return begin < 0 || (begin == 0 && end >= 0);
    case OverlapPolicy::kTcpSolaris:
      return end > 0 || (end == 0 && begin <= 0);
  }
  return false;
}

}  // namespace warpline::ids
