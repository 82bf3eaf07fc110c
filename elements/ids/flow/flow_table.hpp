// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory_resource>
#include <vector>

#include "elements/ids/flow/flow.hpp"

namespace warpline::ids {

/// Seconds without a packet after which a flow of a state ends.
struct FlowTimeouts {
  std::uint32_t fresh = 60, established = 3600, closed = 10, bypassed = 100;
  std::uint32_t other_fresh = 30, other_established = 300;  ///< of UDP, ICMP and others
};

/// The flows of one worker: a fixed number, found by key with open addressing. Allocates nothing
/// after construction. One thread.
class FlowTable {
 public:
  /// Called before a flow is removed because it timed out or because a new one needs its place.
  using Removal = std::function<void(std::uint32_t index, Flow& flow)>;

  /// `capacity`: flows. `seed`: of the hash.
  FlowTable(std::uint32_t capacity, std::uint64_t seed, FlowTimeouts timeouts, Removal removal);

  /// Bytes of memory for `capacity` flows.
  static std::size_t bytes(std::uint32_t capacity);

  Flow& operator[](std::uint32_t index) { return flows_[index]; }
  Flow const& operator[](std::uint32_t index) const { return flows_[index]; }
  std::uint32_t size() const { return size_; }
  std::uint32_t capacity() const { return static_cast<std::uint32_t>(flows_.size()); }

  std::uint64_t hash(FlowKey const& key) const { return hash_of(key, seed_); }
  /// The flow of a key, or `Flow::kNone`.
  std::uint32_t find(FlowKey const& key, std::uint64_t hash) const;
  /// Adds a flow that is not in the table. If the table is full, removes the one of some flows that has
  /// been idle longest; returns `Flow::kNone` if all of these are held.
  std::uint32_t add(FlowKey const& key, std::uint64_t hash, std::uint32_t now_ms);
  void remove(std::uint32_t index);
  /// True if the flow has timed out, although `expire` has not removed it yet.
  bool is_over(std::uint32_t index, std::uint32_t now_ms) const {
    auto const& flow = flows_[index];
    return flow.held == 0 && now_ms - flow.last_seen_ms >= timeout_ms(flow);
  }

  /// Removes the flows that timed out among the next `count` places. Returns their number.
  std::uint32_t expire(std::uint32_t now_ms, std::uint32_t count);
  /// Removes all flows.
  void clear();
  /// Takes the flows of `old`, of the same capacity, in exchange for its own. Timeouts stay.
  void take_over(FlowTable& old) noexcept;
  /// Continues the counter of `old` alone.
  void take_counters(FlowTable const& old) noexcept { evicted_ = old.evicted_; }

  std::uint64_t evicted() const { return evicted_; }

 private:
  struct Slot {
    std::uint32_t index = Flow::kNone, tag = 0;
  };
  std::size_t home(std::uint64_t hash) const { return hash >> shift_; }
  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }
  std::uint32_t timeout_ms(Flow const& flow) const;
  std::uint32_t evict(std::uint32_t now_ms);
  void unlink(std::size_t slot);

  std::uint64_t seed_;
  FlowTimeouts timeouts_;
  Removal removal_;
  std::pmr::vector<Flow> flows_;
  std::pmr::vector<Slot> slots_;  // a power of two, at least twice the flows
  std::vector<bool> used_;
  unsigned shift_;
  std::uint32_t size_ = 0, free_ = Flow::kNone;
  std::uint32_t hand_ = 0;  // goes round over the places, for `expire` and eviction
  std::uint64_t evicted_ = 0;
};

}  // namespace warpline::ids
