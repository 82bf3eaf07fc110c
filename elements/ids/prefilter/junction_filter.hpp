// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/bytes.hpp"
#include "elements/ids/pattern.hpp"

namespace warpline::ids {

/// Finds out whether a pattern of a set may cross the border of two segments, by the two bytes before it
/// and the two after it: of a pattern that does, two or three bytes around the border are adjacent.
/// A search of the junction costs 10 times as much. Read-only after construction; any thread.
class JunctionFilter {
 public:
  JunctionFilter() = default;
  explicit JunctionFilter(std::span<Pattern const> patterns);

  /// `before` ends at the border, `after` begins there; two bytes of each are enough. False only if no
  /// pattern crosses.
  bool may_cross(Bytes before, Bytes after) const {
    if (bits_.empty() || before.size == 0 || after.size == 0) return false;
    auto const* const last = before.data + before.size - 1;
    return has(pair(last[0], after.data[0])) ||
           (before.size > 1 && has(triple(last[-1], last[0], after.data[0]))) ||
           (after.size > 1 && has(triple(last[0], after.data[0], after.data[1])));
  }

 private:
  static constexpr unsigned kBits = 16;  // of a place: 8 KiB
  static std::uint32_t place(std::uint32_t bytes) { return bytes * 0x9e3779b1u >> (32 - kBits); }
  static std::uint32_t pair(unsigned a, unsigned b) {
    return place(fold(a) | fold(b) << 8 | 1u << 24);
  }
  static std::uint32_t triple(unsigned a, unsigned b, unsigned c) {
    return place(fold(a) | fold(b) << 8 | fold(c) << 16);
  }
  static unsigned fold(unsigned byte) { return ids::fold(static_cast<unsigned char>(byte)); }
  bool has(std::uint32_t place) const { return (bits_[place / 64] >> place % 64 & 1) != 0; }
  void add(std::uint32_t place) { bits_[place / 64] |= std::uint64_t{1} << place % 64; }

  std::vector<std::uint64_t> bits_;  // pairs of patterns of two bytes, triples of longer ones
};

}  // namespace warpline::ids
