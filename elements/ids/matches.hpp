// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"

namespace warpline::ids {

/// The patterns that occur in one packet, each at most once. The order of finding them does not
/// matter, so that two matchers agree byte for byte.
struct Matches {
  static constexpr unsigned kCapacity = 15;
  static constexpr std::uint8_t kOverflow = 0xff;  ///< in `count`: more than fit, `ids` are zero
  static constexpr std::uint8_t kMalformed = 1;    ///< in `flags`: cut or contradictory headers

  std::uint8_t count = 0;
  std::uint8_t flags = 0;
  std::uint16_t ids[kCapacity] = {};  ///< the first `count`, ascending; the others are zero

  WARPLINE_HD bool overflow() const { return count == kOverflow; }

  /// Adds `id` unless it is there. Returns false if more patterns occur than fit: the search can
  /// stop.
  WARPLINE_HD bool add(std::uint16_t id) {
    if (overflow()) return false;
    unsigned index = count;
    while (index > 0 && ids[index - 1] > id) --index;
    if (index > 0 && ids[index - 1] == id) return true;
    if (count == kCapacity) {
      for (auto& entry : ids) entry = 0;
      count = kOverflow;
      return false;
    }
    for (unsigned i = count; i > index; --i) ids[i] = ids[i - 1];
    ids[index] = id;
    ++count;
    return true;
  }

  friend bool operator==(Matches const&, Matches const&) = default;
};

static_assert(sizeof(Matches) == 32);

}  // namespace warpline::ids
