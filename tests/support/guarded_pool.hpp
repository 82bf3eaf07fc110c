// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory_resource>
#include <set>

#include "core/packet/buffer_pool.hpp"

namespace warpline::test {

/// Buffers that are separate heap allocations, freed when released. The address sanitizer finds
/// accesses outside a buffer, or to a released buffer; releasing a buffer twice or an unknown one
/// fails the test. One thread at a time.
class GuardedPool final : public BufferPool {
 public:
  explicit GuardedPool(std::size_t count, unsigned frame_size = 2048,
                       std::pmr::memory_resource* memory = std::pmr::new_delete_resource())
      : count_(count), frame_size_(frame_size), memory_(memory) {}
  ~GuardedPool() override;

  bool allocate(std::span<Packet> packets) noexcept override;
  void release(std::span<Packet const> packets) noexcept override;
  std::size_t in_use() const noexcept override { return live_.size(); }
  /// From now on there are no more than this many buffers.
  void limit(std::size_t count) { count_ = count; }

 private:
  std::size_t count_;
  unsigned frame_size_;
  std::pmr::memory_resource* memory_;
  std::set<void*> live_;
};

}  // namespace warpline::test
