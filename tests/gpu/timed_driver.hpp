// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "gpu/host/memory_driver.hpp"

namespace warpline::test {

/// A simulated device with three engines, as GPUs have them: one copies in, one runs kernels, one
/// copies out. Each does one command at a time, each stream runs in order, and every command takes a
/// time that the test sets. Marks of completion take none.
class TimedDriver final : public host::MemoryDriver {
 public:
  std::uint64_t copy_in_time = 0, kernel_time = 0, copy_out_time = 0;

  using MemoryDriver::create;
  using MemoryDriver::destroy;
  using MemoryDriver::query;
  ~TimedDriver() override;

  /// Runs all commands; returns the time when the last one ends.
  std::uint64_t run_all();
  /// The longest time during which two engines were at work at once.
  std::uint64_t overlap() const { return overlap_; }

  Status create(StreamHandle*& stream) override;
  void destroy(StreamHandle*) noexcept override {}
  Status query(StreamHandle* stream) noexcept override;
  Status copy_in(StreamHandle* stream, void* device, void const* host,
                 std::size_t size) noexcept override;

 private:
  enum Engine : unsigned { kIn, kKernels, kOut, kEngines, kNone = kEngines };
  struct Timed {
    host::Command command;
    Engine engine;
    std::uint64_t duration;
  };
  struct Queue {
    std::deque<Timed> commands;
    std::uint64_t free_at = 0;  // when the last command of the stream ends
  };
  static Queue& queue_of(StreamHandle* stream) { return *reinterpret_cast<Queue*>(stream); }
  Status enqueue(StreamHandle* stream, host::Command const& command) noexcept override;

  std::vector<Queue*> queues_;
  std::uint64_t overlap_ = 0;
};

}  // namespace warpline::test
