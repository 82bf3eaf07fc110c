// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "gpu/host/memory_driver.hpp"

namespace warpline::test {

/// Time that passes as the tests want it, and a little with every look, in cycles.
struct VirtualClock {
  static std::uint64_t now();
  static void advance(std::chrono::microseconds time);
};

/// What goes wrong on a device, counted in its calls and in the commands it runs; 0: never.
struct FaultPlan {
  std::uint64_t refuse_at = 0;        ///< this call is refused
  std::uint64_t refuse_fill = 0;      ///< this filling of a table is refused
  std::uint64_t break_at = 0;         ///< at this command the device breaks: all fails for ever
  std::uint64_t break_stream_at = 0;  ///< at this command its stream breaks, and no other
  std::uint64_t stall_at = 0;         ///< at this command its stream stops
  std::uint64_t stall_looks = 0;      ///< and goes on after this number of steps; 0: never
  std::uint64_t lose_at = 0;          ///< from this command on one mark of completion is not made
  std::uint64_t repeat_calls = 0;     ///< every n-th call of a function happens twice

  /// Each kind with a probability of about a third, somewhere among the first `commands`.
  static FaultPlan random(std::mt19937_64& random, std::uint64_t commands);
};

/// A driver without threads: commands wait until the test lets one run, of any stream. With a
/// device's rules: after an error functions are no longer called, flags are no longer written,
/// and every stream returns the error.
class VirtualDriver final : public host::MemoryDriver {
 public:
  using stream::Driver::create;
  using stream::Driver::destroy;

  explicit VirtualDriver(FaultPlan const& plan = {}) : plan_(plan) {}
  ~VirtualDriver() override;

  /// Runs the next command of the stream that is number `choice` among those that can go on; false
  /// where none can.
  bool step(std::uint64_t choice = 0);
  /// Runs the next command of stream `number`, in the order of creation; false if it cannot go on.
  bool step_stream(std::size_t number);
  void run_all() {
    while (step()) {
    }
  }
  /// The device will never do anything again.
  void end() { broken_ = true; }
  std::size_t streams() const { return streams_.size(); }

  /// Called at every look of the lane's: whoever wants to, lets the device go on in between.
  std::function<void()> on_look = [] {};

  using MemoryDriver::create;
  using MemoryDriver::destroy;
  Status create(StreamHandle*& stream) override;
  void destroy(StreamHandle*) noexcept override {}
  Status query(EventHandle* event) noexcept override;
  Status query(StreamHandle* stream) noexcept override;
  Status fill(void* device, void const* host, std::size_t size) override;
  /// Memory of a released table is filled with `kReleased` and not used again.
  static constexpr unsigned char kReleased = 0xdd;
  void release_table(void* memory) noexcept override;

 private:
  Status enqueue(StreamHandle* stream, host::Command const& command) noexcept override;
  bool run_next(StreamHandle* stream);
  void execute(host::Command const& command);

  FaultPlan plan_;
  std::vector<StreamHandle*> streams_;
  std::vector<void*> released_;
  std::uint64_t calls_ = 0, fills_ = 0, run_ = 0, functions_ = 0, stalled_for_ = 0;
  bool broken_ = false, lost_ = false;
  std::optional<host::Command> again_;
};

}  // namespace warpline::test
