// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/engine/asio_names.hpp"
#include "core/engine/device_monitor.hpp"
#include "core/engine/graph.hpp"
#include "core/engine/rebinding.hpp"
#include "core/engine/reorder_buffer.hpp"
#include "core/engine/task.hpp"

namespace warpline {

/// When the batches gathered for a device are submitted, and in which order batches leave a segment.
struct OffloadOptions {
  unsigned task_packets = 1024;             ///< submit a task when it has this many packets
  std::uint64_t task_bytes = 1u << 20;      ///< or this many bytes
  std::chrono::microseconds deadline{100};  ///< or when its first batch has waited this long
  unsigned tasks_in_flight = 4;             ///< per segment and device; further batches wait
  /// Batches leave a segment in the order in which they entered, whichever device they took.
  bool ordered = true;
  /// Called once when a device fails, on the worker's thread.
  std::function<void(std::string const&)> notice = [](std::string const&) {};
};

/// Takes one worker's batches through devices: gathers them into tasks (`TaskBuilder`), executes these
/// on the worker's lanes, counts (`DeviceMonitor`), and returns the batches to the graph in order
/// (`ReorderBuffer`). Used on the worker's thread only.
///
/// A task is submitted when it is full, when its deadline passes, when a batch of the segment stays on
/// the CPU, and on `flush`: it never waits without bound.
///
/// After a device fails, no further batches are sent to it. Batches already submitted are rerun on the
/// CPU if the kernels cannot have modified them; otherwise they are dropped as `device_failed`. If the
/// device may still access them, their memory is never used again.
class Offloader final : public OffloadHandler {
 public:
  /// Opens a lane for every segment on every device except the CPU.
  /// `capacity`: maximum number of batches (the pool's capacity). `previous`: the worker's offloader
  /// until now, whose counters this one continues; null if there is none.
  Offloader(asio::io_context& context, Graph& graph, DeviceSet& devices, OffloadOptions options,
            std::size_t capacity, Offloader const* previous = nullptr);
  ~Offloader() override;

  bool usable(DeviceIndex device) const noexcept override { return monitors_[device]->usable(); }
  bool submit(Segment& segment, BatchPtr& batch) noexcept override;
  void defer(Segment& segment, BatchPtr batch) noexcept override;
  void ran_on_cpu(std::uint64_t cycles) noexcept override;
  DeviceLoad load(DeviceIndex device) const noexcept override;
  DeviceBacklog backlog(DeviceIndex device) const noexcept override {
    return monitors_[device]->backlog();
  }
  TaskLimit task_limit(DeviceIndex device) const noexcept override { return limits_[device]; }
  void limit_tasks(DeviceIndex device, TaskLimit const& limit) noexcept override {
    limits_[device] = limit;
  }

  /// Binds an element to the next generation of its table as soon as its segment holds nothing:
  /// batches that come meanwhile wait before it. The price is one task's latency. `rebinding` must
  /// live until it is done, or as long as this.
  void rebind(Rebinding& rebinding) noexcept;

  /// Completes tasks, submits those that are due, and lets finished batches go on. Returns how many
  /// went on.
  unsigned poll() noexcept;
  /// Submits every open task now.
  void flush() noexcept;
  /// True if no batch is gathered, on a device, or waiting for its turn.
  bool idle() const noexcept { return batches_inside_ == 0; }
  /// Packets inside, for the check of conservation; 0 when idle.
  std::size_t packets_inside() const noexcept { return packets_inside_; }
  /// Lets wake-ups that are on their way find no lane, so that another thread may destroy this. While
  /// `idle`.
  void retire() noexcept;
  /// Lanes with work on them can wake a sleeping worker.
  void arm(void (*wake)(void*), void* context) noexcept;

  /// The counters of one device. Any thread.
  DeviceCounters const& counters(DeviceIndex device) const { return monitors_[device]->counters(); }

 private:
  struct SegmentLane;
  struct SegmentState;

  SegmentLane& lane(Segment const& segment, DeviceIndex device) noexcept {
    return *lanes_[segment.index * devices_.size() + device];
  }
  void count_in(Batch const& batch) noexcept;
  void count_out(Batch const& batch) noexcept;
  void submit_full(SegmentLane& lane) noexcept;
  void submit_task(SegmentLane& lane, Task* task) noexcept;
  void completed(SegmentLane& lane, Task& task, error_code error) noexcept;
  void report(SegmentLane const& lane, error_code error) noexcept;
  void return_batches(SegmentLane& lane, Task& task, Outcome outcome) noexcept;
  unsigned release(SegmentState& state) noexcept;
  void leave(SegmentState& state, ReorderBuffer::Entry entry) noexcept;
  void finish_rebinding(SegmentState& state) noexcept;

  Graph& graph_;
  DeviceSet& devices_;
  OffloadOptions options_;
  std::vector<std::shared_ptr<DeviceMonitor>> monitors_;  // by device
  std::vector<TaskLimit> limits_;                         // by device
  std::vector<std::unique_ptr<SegmentState>> segments_;   // by segment
  std::vector<std::unique_ptr<SegmentLane>> lanes_;  // by segment, then device; null for the CPU
  std::size_t batches_inside_ = 0;
  std::size_t packets_inside_ = 0;
};

}  // namespace warpline
