// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "gpu/host/memory_driver.hpp"

namespace warpline::host {

/// Streams that helper threads of this process run, each stream on one thread. Without helpers,
/// commands run inside the call that enqueues them.
class ThreadDriver final : public MemoryDriver {
 public:
  /// `cores`: CPUs to pin the helpers to, one thread each; -1 leaves a thread unpinned.
  explicit ThreadDriver(std::vector<int> const& cores);
  /// All streams must have been destroyed.
  ~ThreadDriver() override;

  using MemoryDriver::create;
  using MemoryDriver::destroy;
  using MemoryDriver::query;
  Status create(StreamHandle*& stream) override;
  void destroy(StreamHandle* stream) noexcept override;
  Status query(StreamHandle* stream) noexcept override;

 private:
  friend struct stream::StreamHandle;
  struct Helper;

  Status enqueue(StreamHandle* stream, Command const& command) noexcept override;

  std::vector<std::unique_ptr<Helper>> helpers_;
  std::atomic<std::size_t> next_helper_{0};
};

}  // namespace warpline::host
