// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/clock.hpp"

namespace warpline {

/// Limits events to an average rate and a maximum burst. One thread.
class TokenBucket {
 public:
  /// `rate`: events a second; 0: no limit. `burst`: at least 1.
  TokenBucket(std::uint32_t rate, std::uint32_t burst)
      : price_(rate == 0 ? 0 : static_cast<std::uint64_t>(cycles_per_second() / rate)),
        max_held_(price_ * burst),
        held_(max_held_) {}

  /// True if one more event is allowed at `now`, a value of `cycles()` that never decreases.
  bool take(std::uint64_t now) noexcept {
    if (last_ != 0) held_ += std::min(now - last_, max_held_ - held_);
    last_ = now;
    if (held_ < price_) return false;
    held_ -= price_;
    return true;
  }

  /// Continues with what is left of `old`, unless its rate or burst differ.
  void take_over(TokenBucket const& old) noexcept {
    if (price_ == old.price_ && max_held_ == old.max_held_) *this = old;
  }

 private:
  std::uint64_t price_, max_held_, held_;  // in cycles
  std::uint64_t last_ = 0;
};

}  // namespace warpline
