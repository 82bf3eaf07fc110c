// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "benchmarks/completion/kernel.hpp"
#include "core/engine/async_lane.hpp"

namespace warpline::bench {

/// How the worker's thread waits: it polls its lanes all the time, or sleeps in `io_context::run`
/// until the device wakes it.
enum class Loop : std::uint8_t { kSpinning, kBlocked };
inline constexpr Loop kLoops[] = {Loop::kSpinning, Loop::kBlocked};
constexpr char const* name_of(Loop loop) {
  return loop == Loop::kSpinning ? "spinning" : "blocked";
}

/// Work without packets for a device, and where the host's kernel stores its time.
class StampWork {
 public:
  explicit StampWork(std::uint64_t busy = 0);
  StampWork(StampWork const&) = delete;
  StampWork& operator=(StampWork const&) = delete;

  Work const& work() const { return work_; }
  /// The time at which the device finished, in cycles.
  std::uint64_t finished() const { return finished_; }

 private:
  Stamp stamp_;
  Packet packet_{};
  std::uint64_t finished_ = 0;
  WorkItem item_;
  KernelChain chain_;
  Work work_;
};

/// The time that a loop took from the worker's thread.
struct Spent {
  double wall_s = 0, cpu_s = 0;
  std::uint64_t allocations = 0;  ///< of the thread, from `begin_counting` on
  double share() const { return cpu_s / wall_s; }
};

/// A worker's event loop with some lanes of one device, on the thread that calls `run`.
class Rig {
 public:
  Rig(Device& device, Loop loop, unsigned lanes);

  asio::io_context& context() { return context_; }
  AsyncLane& lane(unsigned index) { return *lanes_[index]; }
  unsigned lanes() const { return static_cast<unsigned>(lanes_.size()); }

  /// True after `finish` was called: start nothing new.
  bool finished() const { return finished_; }
  void finish() { finished_ = true; }
  /// Ends the warm-up: time and allocations count from here.
  void begin_counting();

  /// Runs `start`, then the loop until `finish` was called and all operations have completed.
  template <class Start>
  Spent run(Start start) {
    asio::post(context_, std::move(start));
    return run();
  }

 private:
  Spent run();
  void turns();
  Spent now() const;

  asio::io_context context_{1};
  Loop loop_;
  std::vector<std::unique_ptr<AsyncLane>> lanes_;
  bool finished_ = false;
  Spent begin_;
};

}  // namespace warpline::bench
