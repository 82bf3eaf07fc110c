// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <span>

#include "core/packet/buffer_pool.hpp"

namespace warpline::test {

/// A pool of buffers for several workers. Thread-safe.
class LockedPool final : public BufferPool {
 public:
  explicit LockedPool(unsigned count = 16'384, unsigned size = 128) : pool_(count, size) {}

  bool allocate(std::span<Packet> packets) noexcept override {
    std::scoped_lock const lock(mutex_);
    return pool_.allocate(packets);
  }
  void release(std::span<Packet const> packets) noexcept override {
    std::scoped_lock const lock(mutex_);
    pool_.release(packets);
  }
  std::size_t in_use() const noexcept override { return pool_.in_use(); }

 private:
  std::mutex mutex_;
  HeapBufferPool pool_;
};

}  // namespace warpline::test
