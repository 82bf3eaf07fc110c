// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/element/metric.hpp"
#include "core/element/metrics.hpp"
#include "core/element/outputs.hpp"
#include "core/net/token_bucket.hpp"
#include "elements/ids/reject/rejection.hpp"
#include "elements/ids/rules/rule.hpp"

namespace warpline::ids {

/// The frames of `reject` for one batch: written while the rejected packets exist, and sent when the
/// batch leaves. Allocates nothing after its construction. The worker's thread; metrics: any.
class RejectQueue {
 public:
  /// `icmp_rate`: ICMP messages a second, 0: no limit. `icmp_burst`: at once, at least 1.
  RejectQueue(std::uint32_t icmp_rate, std::uint32_t icmp_burst);

  /// Writes the frames for `rejected`, which arrived in `packet`, to the sides that `action` names.
  void add(Packet const& packet, RejectedPacket const& rejected, Action action) noexcept;
  /// Sends what was added: to the source by output 1, out of the port by which the packet came; to the
  /// destination by output 0, in the place of the packet. `batch`: the one with the packets.
  void emit(Batch const& batch, Outputs& out) noexcept;

  /// Continues the counters and the limit of `old`, which has no frames; the limit unless the rate or
  /// the burst differ.
  void take_over(RejectQueue const& old) noexcept;

  std::vector<Metric> metrics() const;

 private:
  static constexpr std::uint32_t kBytes = 64 << 10;  // resets of a batch to both sides need less
  struct Entry {
    Packet packet;
    RejectSide side;
    std::uint32_t begin, size;  // in `bytes_`
  };

  void add(Packet const& packet, RejectedPacket const& rejected, RejectSide side) noexcept;
  bool make(Entry const& entry, BatchPtr& batch, Outputs& out) noexcept;

  TokenBucket icmp_allowed_;
  std::vector<std::uint8_t> bytes_;
  std::vector<Entry> entries_;
  std::uint32_t used_ = 0;  // of `bytes_`
  Counter sent_, withheld_, failed_;
};

}  // namespace warpline::ids
