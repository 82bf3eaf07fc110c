// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/quiescence.hpp"

namespace warpline::ipsec {

/// Allocates indices of SAs, from 0 and without gaps until one is freed.
///
/// Packets on a device may still carry an index after it was freed: it is reused when the time
/// `hold` has passed and then every reader has been offline. One thread, the writer of `readers`;
/// the caller provides the time.
class SlotAllocator {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `capacity`: the number of indices. `hold`: longer than a packet stays on any device.
  SlotAllocator(Quiescence& readers, std::uint32_t capacity, std::chrono::nanoseconds hold)
      : readers_(readers), hold_(hold), capacity_(capacity) {}

  /// A free index, preferably a used one; no value if all are in use or on hold.
  std::optional<std::uint32_t> take(Time now) {
    advance(now);
    if (!free_.empty()) {
      auto const index = free_.back();
      free_.pop_back();
      if (!freed_.empty()) freed_.pop_back();
      return index;
    }
    if (fresh_ == capacity_) return std::nullopt;
    return fresh_++;
  }

  /// Frees an index of `take` that no table contains any more.
  void give(std::uint32_t index, Time now) { held_.push_back({index, now + hold_}); }

  /// The indices that became free since the last call and are not in use again.
  std::vector<std::uint32_t> collect(Time now) {
    advance(now);
    return std::exchange(freed_, {});
  }

  /// Number of indices on hold.
  std::size_t held() const { return held_.size() + leaving_.size(); }
  /// Frees an index that nothing has used since `take`: it is not put on hold.
  void put_back(std::uint32_t index) {
    free_.push_back(index);
    freed_.push_back(index);
  }

 private:
  struct Held {
    std::uint32_t index;
    Time until;
  };
  struct Leaving {
    std::uint32_t index;
    std::uint64_t period;
  };

  void advance(Time now) {
    std::uint64_t period = 0;
    for (; !held_.empty() && held_.front().until <= now; held_.pop_front()) {
      if (period == 0) period = readers_.begin();
      leaving_.push_back({held_.front().index, period});
    }
    std::uint64_t passed = 0;
    for (; !leaving_.empty(); leaving_.pop_front()) {
      auto const& next = leaving_.front();
      if (next.period != passed && !readers_.passed(next.period)) break;
      passed = next.period;
      free_.push_back(next.index);
      freed_.push_back(next.index);
    }
  }

  Quiescence& readers_;
  std::chrono::nanoseconds hold_;
  std::uint32_t capacity_;
  std::uint32_t fresh_ = 0;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> freed_;  // the end of `free_`: what `collect` has not seen
  std::deque<Held> held_;             // by `until`
  std::deque<Leaving> leaving_;       // by `period`
};

}  // namespace warpline::ipsec
