// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/net/link_type.hpp"
#include "core/packet/packet.hpp"

namespace warpline {

/// Arrival metadata recorded by the port of a packet.
struct Arrival {
  std::optional<std::uint64_t> time_ns{};  ///< since 1970, UTC; 0 is a valid time
  std::uint64_t number = 0;  ///< of the frame in its capture, from 1; 0: not from a capture
  LinkType link_type = LinkType::kEthernet;  ///< of the frame
};

/// Provides packet buffers. The memory is pinned if there is a device. Several workers may use a
/// pool.
class BufferPool {
 public:
  static constexpr unsigned kHeadroom = 128;

  virtual ~BufferPool() = default;

  /// Makes every packet an empty frame with `kHeadroom` bytes before it: all packets or none.
  virtual bool allocate(std::span<Packet> packets) noexcept = 0;

  /// Frees the buffers; the descriptors are invalid afterwards.
  virtual void release(std::span<Packet const> packets) noexcept = 0;

  /// The time at which the packet was received, and its number. Kept with the buffer: too slow for
  /// every packet.
  virtual Arrival arrival(Packet const&) const noexcept { return {}; }

  /// Number of buffers in use, for the check of conservation.
  virtual std::size_t in_use() const noexcept = 0;
};

/// Buffers on the heap, for tests and for programs without DPDK. One thread.
class HeapBufferPool final : public BufferPool {
 public:
  /// `count` buffers for frames up to `frame_size` bytes and `tailroom` bytes after them.
  explicit HeapBufferPool(std::size_t count, unsigned frame_size = 2048, unsigned tailroom = 128);

  bool allocate(std::span<Packet> packets) noexcept override;
  void release(std::span<Packet const> packets) noexcept override;
  std::size_t in_use() const noexcept override { return count_ - free_.size(); }

 private:
  std::size_t count_;
  std::size_t stride_;
  std::unique_ptr<std::uint8_t[]> storage_;
  std::vector<std::uint8_t*> free_;
};

}  // namespace warpline
