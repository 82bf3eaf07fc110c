// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/clock.hpp"
#include "io/generator/pacer.hpp"

namespace warpline {

/// Number and rate of the packets that one queue of a generating port provides. One thread.
class PacketQuota {
 public:
  /// `count`: of all queues, 0: no end. `rate`: packets per second of all queues, 0: no limit.
  PacketQuota(std::uint64_t count, double rate, unsigned queue, unsigned queues)
      : left_(count / queues + (queue < count % queues ? 1 : 0)),
        rate_(rate / queues),
        endless_(count == 0) {}

  /// Number of packets, at most `max_count`, that may be generated now.
  unsigned grant(unsigned max_count) noexcept {
    if (!endless_ && max_count > left_) max_count = static_cast<unsigned>(left_);
    if (rate_ <= 0) return max_count;
    auto const now = cycles();
    if (!pacer_) pacer_.emplace(rate_, cycles_per_second(), now);
    return pacer_->grant(max_count, now);
  }
  /// Counts generated packets.
  void count(unsigned packets) noexcept {
    if (!endless_) left_ -= packets;
  }
  /// Nothing will be granted again.
  bool used_up() const noexcept { return !endless_ && left_ == 0; }

 private:
  std::uint64_t left_;
  double rate_;
  std::optional<Pacer> pacer_;
  bool endless_;
};

}  // namespace warpline
