// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory_resource>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/device/device.hpp"

namespace warpline {

/// Gets one line if memory could not be pinned: packets are then copied for that device.
using Notify = std::function<void(std::string const&)>;

/// Pieces of memory that devices reach until this goes. Used by one thread.
class PinnedMemory {
 public:
  PinnedMemory() = default;
  ~PinnedMemory();
  PinnedMemory(PinnedMemory const&) = delete;
  PinnedMemory& operator=(PinnedMemory const&) = delete;

  void pin(Device& device, void* memory, std::size_t size, Notify const& notify);

 private:
  std::vector<std::pair<Device*, void*>> pieces_;
};

/// Memory of batches: whole pages, pinned for every device that was named. Freed memory is kept for
/// the next allocation of the same size. Any thread.
class BatchMemory final : public std::pmr::memory_resource {
 public:
  ~BatchMemory() override;

  /// Before the first allocation.
  void pin_for(Device& device, Notify notify);

 private:
  struct Block {
    void* memory;
    std::size_t size;
    bool used;
  };

  void* do_allocate(std::size_t size, std::size_t alignment) override;
  void do_deallocate(void* memory, std::size_t, std::size_t) override;
  bool do_is_equal(memory_resource const& other) const noexcept override { return this == &other; }

  std::mutex mutex_;
  std::vector<Block> blocks_;
  std::vector<std::pair<Device*, Notify>> devices_;
};

}  // namespace warpline
