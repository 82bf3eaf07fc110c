// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gpu/stream/lane_resources.hpp"

namespace warpline::stream {

class StreamDevice;

/// Where the results of each kernel begin, in bytes from the results of the first; at the end,
/// where all of them end.
using ResultBegins = std::array<std::size_t, KernelChain::kMax + 1>;

/// Streams as a lane: work is enqueued as copies and launches, and a flag, an event or a call of
/// the driver signals its completion. Tasks use the streams in turn and may finish in any order,
/// but the fence passes them in the order of their tickets.
///
/// Faults: if the driver refuses a call, that ticket and all after it fail. If no task completes
/// within `Options::probe`, the streams are queried. After an error of one, its pending tasks and
/// all tickets after the first of them fail. If the streams are idle, missed completions are
/// delivered now. A task older than `Options::task_timeout` fails with all after it (`kTimedOut`).
/// After the device could not update a table, submitted work fails without being started (`kLost`).
///
/// Only the owner's thread calls it; the driver reports completions on any thread.
class StreamLane final : public Lane {
 public:
  StreamLane(StreamDevice& device, std::unique_ptr<LaneResources> resources);
  /// Waits for the streams, at most for the task timeout.
  ~StreamLane() override;

  Ticket submit(Work const& work) noexcept override;
  void advance() noexcept override;
  void arm(void (*wake)(void*), void* context) noexcept override;
  Room room() const noexcept override { return resources_->room(); }
  Transfer transfer() const noexcept override { return resources_->transfer(); }
  std::string failure() const override;

 private:
  struct PendingTask {
    Work work;
    std::uint64_t submitted = 0;
    std::size_t results = 0;  // offset in the task memory
    bool broken = false;      // its submission failed
  };

  Ticket completed() const noexcept { return fence_.completed.load(std::memory_order_relaxed); }
  PendingTask& task(Ticket ticket) noexcept { return tasks_[ticket % tasks_.size()]; }
  Status enqueue(PendingTask& task, TaskMemory& memory, StreamHandle* stream) noexcept;
  Status direct(PendingTask& task, TaskMemory& memory, StreamHandle* stream) noexcept;
  Status staged(PendingTask& task, TaskMemory& memory, StreamHandle* stream) noexcept;
  Status gather(PendingTask& task, TaskMemory& memory, StreamHandle* stream) noexcept;
  Status launch(KernelChain const& chain, ResultBegins const& begins, WorkItem* items,
                std::uint32_t count, std::uint32_t max_packets, StreamHandle* stream) noexcept;
  Status mark(TaskMemory& memory, Ticket ticket) noexcept;
  Status signal_of(Ticket ticket) noexcept;
  Ticket signalled() noexcept;
  void retire(Ticket up_to) noexcept;
  void pass_broken() noexcept;
  void probe(std::uint64_t time) noexcept;
  std::uint64_t now() const noexcept;
  void fail(Ticket from, DeviceError error, Status status) noexcept;
  void give_up(Ticket from) noexcept;
  static void on_call(void* context);
  static void on_armed(void* context);

  StreamDevice& device_;
  Driver& driver_;
  std::unique_ptr<LaneResources> resources_;
  std::vector<PendingTask> tasks_;
  Ticket submitted_ = 0;
  Ticket sound_ = 0;  // the last ticket whose submission has not failed
  std::uint64_t moved_ = 0;
  std::uint64_t probe_cycles_, timeout_cycles_;
  Status status_ = kOk;    // of the first failure
  bool closed_ = false;    // nothing more is submitted
  bool outdated_ = false;  // because a table of the device is not up to date
};

}  // namespace warpline::stream
