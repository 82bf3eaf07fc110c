// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>

#include "core/packet/verdict.hpp"

namespace warpline {

/// A count that one thread writes and any thread may read: plain loads and stores, no lock prefix.
class Counter {
 public:
  void add(std::uint64_t amount) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Latencies in cycles, in buckets of a sixteenth of a power of two: relative error below 6.25 %.
/// One thread records, any thread may read.
class Histogram {
 public:
  void record(std::uint64_t value, std::uint64_t times = 1) noexcept {
    buckets_[bucket_of(value)].add(times);
  }
  void merge(Histogram const& other) noexcept {
    for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i].add(other.buckets_[i].get());
  }
  /// Leaves what was recorded after `earlier`, a copy of this histogram, was made.
  void subtract(Histogram const& earlier) noexcept {
    for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i].add(0 - earlier.buckets_[i].get());
  }
  std::uint64_t count() const noexcept {
    std::uint64_t sum = 0;
    for (auto const& bucket : buckets_) sum += bucket.get();
    return sum;
  }
  /// The value below or at which a fraction `quantile` (0..1) of all records lie; 0 without
  /// records.
  std::uint64_t quantile(double quantile) const noexcept {
    auto const total = count();
    if (total == 0) return 0;
    auto const rank = static_cast<std::uint64_t>(quantile * static_cast<double>(total - 1)) + 1;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kBuckets; ++i) {
      sum += buckets_[i].get();
      if (sum >= rank) return upper_edge(i);
    }
    return upper_edge(kBuckets - 1);
  }

 private:
  static constexpr unsigned kSub = 4;
  static constexpr std::size_t kBuckets = (64 - kSub + 1) << kSub;

  static std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < (1u << kSub)) return static_cast<std::size_t>(value);
    auto const shift = static_cast<unsigned>(std::bit_width(value)) - 1 - kSub;
    return (static_cast<std::size_t>(shift + 1) << kSub) + ((value >> shift) & ((1u << kSub) - 1));
  }
  static std::uint64_t upper_edge(std::size_t bucket) noexcept {
    if (bucket < (1u << kSub)) return bucket;
    auto const shift = (bucket >> kSub) - 1;
    auto const base = (std::uint64_t{1} << kSub) + (bucket & ((1u << kSub) - 1));
    return ((base + 1) << shift) - 1;
  }

  std::array<Counter, kBuckets> buckets_;
};

/// Counters of one queue of a port. Written by the queue's thread.
struct QueueCounters {
  Counter packets, bytes;
};

/// Counters of one element of one worker.
struct ElementCounters {
  Counter batches, packets, bytes, cycles;
  std::array<Counter, DropReason::kMax> drops;  ///< by `DropReason::index()`

  /// Adds the counters of an earlier instance of the element.
  void add(ElementCounters const& other) noexcept {
    batches.add(other.batches.get());
    packets.add(other.packets.get());
    bytes.add(other.bytes.get());
    cycles.add(other.cycles.get());
    for (std::size_t i = 0; i < drops.size(); ++i) drops[i].add(other.drops[i].get());
  }
};

/// How long a thread had nothing to do. One thread writes, any may read.
class IdleClock {
 public:
  /// The thread finds nothing to do at `now`; it may find so again and again.
  void idle(std::uint64_t now) noexcept {
    if (since_.load(std::memory_order_relaxed) == 0) since_.store(now, std::memory_order_relaxed);
  }
  /// It found something at `now`.
  void busy(std::uint64_t now) noexcept {
    auto const since = since_.load(std::memory_order_relaxed);
    since_.store(0, std::memory_order_relaxed);
    ended_.add(now - since);
  }

  /// Cycles up to `now`, a stretch that still lasts included. A reader that meets the very end of a
  /// stretch may miss that one, for this once.
  std::uint64_t until(std::uint64_t now) const noexcept {
    auto const ended = ended_.get();
    auto const since = since_.load(std::memory_order_relaxed);
    return ended + (since != 0 && now > since ? now - since : 0);
  }

 private:
  std::atomic<std::uint64_t> since_{0};
  Counter ended_;
};

/// Counters of one worker. While no packet moves, `received + created + taken_over ==
/// transmitted + dropped + handed_over + packets inside the worker`.
struct WorkerCounters {
  Counter received, received_bytes;
  Counter created;  ///< copies made by elements such as Tee
  Counter transmitted, transmitted_bytes;
  Counter taken_over, handed_over;  ///< from and to another worker, in the split topology
  Counter dropped;
  Counter turns, idle_turns;
  IdleClock idle;
  Histogram latency;  ///< receive to transmit, cycles, one record a packet
};

}  // namespace warpline
