// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>

#include "core/packet/packet.hpp"

namespace warpline {

class BatchPool;

/// The device of a batch at the next offloadable segment: 0 is the worker's CPU.
using DeviceIndex = std::uint16_t;
inline constexpr DeviceIndex kCpuDevice = 0;

/// Up to 256 packets that travel together, with space for the results of kernels.
///
/// A batch has exactly one owner (`BatchPtr`) and owns the buffers of its packets. Its descriptor
/// array is in the pool's memory, which is pinned if there is a device, so that a device can read
/// it. Only the thread of the owner uses it.
class Batch {
 public:
  static constexpr unsigned kCapacity = 256;
  static constexpr unsigned kResultBytes = 64;  ///< room for results, per packet

  std::span<Packet> packets() {
    bytes_ = kUnknown;
    return {packets_, size_};
  }
  std::span<Packet const> packets() const { return {packets_, size_}; }
  Packet& operator[](unsigned index) {
    bytes_ = kUnknown;
    return packets_[index];
  }
  Packet const& operator[](unsigned index) const { return packets_[index]; }
  unsigned size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == kCapacity; }

  /// All `kCapacity` slots, to fill the batch. `resize` then sets the number of valid ones.
  Packet* slots() {
    bytes_ = kUnknown;
    return packets_;
  }
  void resize(unsigned size) {
    bytes_ = kUnknown;
    size_ = size;
  }
  /// Adds a packet; the batch must not be full.
  void add(Packet const& packet) {
    bytes_ = kUnknown;
    packets_[size_++] = packet;
  }

  /// The sum of the packets' lengths. It is kept until a packet may have changed: several elements
  /// count a batch, and one pass over its descriptors costs 0.7 cycles a packet
  /// (November 2026).
  std::uint32_t bytes() const {
    if (bytes_ == kUnknown) bytes_ = sum();
    assert(bytes_ == sum());
    return bytes_;
  }
  /// Sets the sum, for a loop that has already added the lengths and changes no packet afterwards.
  void set_bytes(std::uint32_t bytes) { bytes_ = bytes; }

  /// Results of a segment's kernels, one array of `kCapacity` per kernel: `kCapacity *
  /// kResultBytes` bytes, 64-byte aligned.
  std::byte* results() { return results_; }

  std::uint64_t received = 0;       ///< `cycles()` when the packets were received
  DeviceIndex device = kCpuDevice;  ///< decided by a balancer element
  std::uint16_t kernels_done = 0;   ///< offload elements ahead whose kernels have already run

 private:
  friend class BatchPool;
  friend struct BatchDeleter;

  std::uint32_t sum() const {
    std::uint32_t bytes = 0;
    for (auto const& packet : packets()) bytes += packet.length;
    return bytes;
  }

  static constexpr std::uint32_t kUnknown = ~0u;  // 256 frames of 65,535 bytes are fewer

  std::uint32_t size_ = 0;
  mutable std::uint32_t bytes_ = 0;
  BatchPool* home_ = nullptr;
  Batch* next_free_ = nullptr;
  alignas(64) Packet packets_[kCapacity];
  alignas(64) std::byte results_[kCapacity * kResultBytes];
};

/// Returns a batch to its pool. It must not own packet buffers any more.
struct BatchDeleter {
  void operator()(Batch* batch) const noexcept;
};
using BatchPtr = std::unique_ptr<Batch, BatchDeleter>;

/// A fixed number of batches, allocated once.
///
/// One thread at a time calls `allocate`. Any thread may free a batch, at the lowest cost on the
/// thread that allocated last. With pinned batches, a device may still read one in flight: destroy
/// the pool after the lanes.
class BatchPool {
 public:
  /// Throws `std::bad_alloc` where `memory` cannot hold `count` batches (28.4 KiB each).
  BatchPool(std::size_t count,
            std::pmr::memory_resource* memory = std::pmr::get_default_resource());
  ~BatchPool();
  BatchPool(BatchPool const&) = delete;
  BatchPool& operator=(BatchPool const&) = delete;

  /// An empty batch, or null if at most `reserve` are left. Sources leave a reserve, so that splits
  /// downstream find batches.
  BatchPtr allocate(std::size_t reserve = 0) noexcept;

  /// Retires a batch that a failed device may still write to. The memory of the pool is then never
  /// freed.
  void withhold(BatchPtr batch) noexcept {
    withheld_ = true;
    (void)batch.release();
  }

  std::size_t capacity() const { return count_; }
  /// Number of batches in use; exact only if no other thread frees one.
  std::size_t in_use() const noexcept;

 private:
  friend struct BatchDeleter;
  void give_back(Batch* batch) noexcept;
  void reclaim() noexcept;

  std::pmr::memory_resource* memory_;
  std::size_t count_;
  Batch* storage_;
  Batch* free_ = nullptr;
  std::size_t free_count_ = 0;
  bool withheld_ = false;
  std::atomic<void const*> owner_{nullptr};  // identifies the thread that allocates
  std::atomic<Batch*> returned_{nullptr};    // freed by other threads, taken over all at once
};

}  // namespace warpline
