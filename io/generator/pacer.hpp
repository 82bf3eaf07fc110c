// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace warpline {

/// Limits packets to a rate. Unused packets of more than a millisecond (at least 256 packets)
/// expire, so that no flood follows a stall. Worker's thread.
class Pacer {
 public:
  /// `rate` packets a second (above 0) of a clock with `ticks` a second that shows `now`.
  Pacer(double rate, double ticks, std::uint64_t now)
      : per_tick_(rate / ticks), most_(std::max(256.0, rate / 1000)), last_(now) {}

  /// Number of packets, at most `max_count`, that may pass at `now`.
  unsigned grant(unsigned max_count, std::uint64_t now) {
    credit_ = std::min(most_, credit_ + static_cast<double>(now - last_) * per_tick_);
    last_ = now;
    auto const granted = std::min(max_count, static_cast<unsigned>(credit_));
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
