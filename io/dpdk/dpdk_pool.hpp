// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "core/packet/buffer_pool.hpp"
#include "io/dpdk/eal.hpp"

struct rte_mempool;

namespace warpline {

class Arrivals;

/// The number, size and place of packet buffers.
struct PoolOptions {
  std::string name = "packets";
  std::size_t count = 16384;    ///< buffers
  unsigned frame_size = 2048;   ///< bytes of the longest received frame; it can grow by `kTailroom`
  int numa_node = -1;           ///< -1: any
  bool shared_by_pci = false;   ///< a PCI device reads and writes the buffers
  std::size_t large_count = 0;  ///< more buffers, for frames that are longer
  unsigned large_frame_size =
      0;  ///< bytes of the longest of them, at most `DpdkPool::kMaxLargeFrame`
};

/// DPDK's packet buffers, of one or two sizes. Each worker thread that is registered with the EAL has its own cache.
///
/// A buffer has `kHeadroom` bytes before a frame and at least `kTailroom` after a frame of
/// `frame_size` bytes: room for what an IPsec tunnel adds.
class DpdkPool final : public BufferPool {
 public:
  static constexpr unsigned kTailroom = 128;
  static constexpr unsigned kMaxFrameSize = 65535 - kHeadroom - kTailroom;
  /// The largest `large_frame_size`: the longest packet.
  static constexpr unsigned kMaxLargeFrame = 65535;
  /// The largest `frame_size` that the option --buffer-size offers.
  static constexpr unsigned kMaxBufferSize = 16384;

  /// Throws `ConfigError` with DPDK's reason if there is not enough memory.
  DpdkPool(Eal const& eal, PoolOptions options);
  ~DpdkPool() override;
  DpdkPool(DpdkPool const&) = delete;
  DpdkPool& operator=(DpdkPool const&) = delete;

  bool allocate(std::span<Packet> packets) noexcept override;
  /// Makes the packet an empty frame in a large buffer, with room for `length` bytes, at most
  /// `longest_frame()`. Up to `kHeadroom` bytes are before it and `kTailroom` after it, fewer if
  /// the buffer would exceed 65,535 bytes. Returns false if no buffer is free.
  bool allocate_large(Packet& packet, unsigned length) noexcept;
  void release(std::span<Packet const> packets) noexcept override;
  Arrival arrival(Packet const& packet) const noexcept override;
  /// Exact while no thread uses the pool. Takes microseconds.
  std::size_t in_use() const noexcept override;

  PoolOptions const& options() const { return options_; }
  /// Bytes of the longest frame that a buffer of either size holds.
  unsigned longest_frame() const;
  rte_mempool* handle() const { return pool_; }

  /// The field in which ports record a packet's arrival; the first call reserves it. Throws
  /// `ConfigError` if DPDK has none left. Before the first packet.
  Arrivals const& arrivals();

  /// Calls `pin` with each range of memory that contains buffers, so that a device can have it
  /// pinned; the ranges do not overlap. Once, before the first packet.
  void for_each_memory(std::function<void(void* address, std::size_t size)> const& pin) const;

  /// Fills all buffers with `content`, repeated as needed. Call it before the first packet.
  void fill(Bytes content);

  /// Bytes of memory that a pool needs, for `EalRequest::memory`.
  static std::size_t memory_of(PoolOptions const& options);
  /// Maximum number of unused buffers in the cache of one thread. A pool needs more than this
  /// number per thread.
  static std::size_t cache_of(std::size_t count);

 private:
  PoolOptions options_;
  rte_mempool* pool_ = nullptr;
  rte_mempool* large_ = nullptr;  // null if there are none
  std::unique_ptr<Arrivals> arrivals_;
};

}  // namespace warpline
