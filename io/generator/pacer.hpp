// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace warpline {

/// Lets a number of packets a second through. What was not taken is lost beyond a millisecond's
/// worth (at least 256 packets), so that a stall is not followed by a flood.
class Pacer {
 public:
  /// `rate` packets a second (above 0) of a clock with `ticks` a second that shows `now`.
  Pacer(double rate, double ticks, std::uint64_t now)
      : per_tick_(rate / ticks), most_(std::max(256.0, rate / 1000)), last_(now) {}

  /// How many of `wanted` packets may pass at `now`.
  unsigned grant(unsigned wanted, std::uint64_t now) {
    credit_ = std::min(most_, credit_ + static_cast<double>(now - last_) * per_tick_);
    last_ = now;
    auto const granted = std::min(wanted, static_cast<unsigned>(credit_));
    credit_ -= granted;
    return granted;
  }

 private:
  double per_tick_;
  double most_;
  double credit_ = 0;
  std::uint64_t last_;
};

}  // namespace warpline
