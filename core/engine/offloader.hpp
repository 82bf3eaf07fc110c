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

/// When the batches gathered for a device are sent, and in which order batches leave a segment.
struct OffloadOptions {
  unsigned task_packets = 1024;             ///< send a task at this many packets
  std::uint64_t task_bytes = 1u << 20;      ///< or this many bytes
  std::chrono::microseconds deadline{100};  ///< or when its first batch has waited this long
  unsigned tasks_in_flight = 4;             ///< per segment and device; more batches queue up
  bool ordered =
      true;  ///< batches leave a segment in the order they came, whichever device they took
  /// Told once when a device fails; called on the worker's thread.
  std::function<void(std::string const&)> notice = [](std::string const&) {};
};

/// Carries one worker's batches through devices: gathers them into tasks, executes these on the
/// worker's lanes, and gives the batches back to the graph. Used on the worker's thread only.
///
/// A task is sent when it is full, when its deadline passes, when a batch of the segment turns to
/// another device, and on `flush`: it never waits without bound.
///
/// Once a device has failed it gets nothing more: its batches run on the own core, and so do those
/// that it had, if its kernels cannot have touched them. Others are dropped as `device_failed`, and
/// where the device may still be at work their memory is not used again.
class Offloader final : public OffloadHandler {
 public:
  /// Opens a lane for every segment on every device but the own core.
  /// `capacity`: how many batches there are at most (the pool's capacity).
  Offloader(asio::io_context& context, Graph& graph, DeviceSet& devices, OffloadOptions options,
            std::size_t capacity);
  ~Offloader() override;

  bool usable(DeviceIndex device) const noexcept override { return monitors_[device]->usable(); }
  bool take(Segment& segment, BatchPtr& batch) noexcept override;
  void wait(Segment& segment, BatchPtr batch) noexcept override;
  void ran_here(std::uint64_t cycles) noexcept override;
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

  /// Retires lanes, sends what is due, lets finished batches go on; returns how many went on.
  unsigned poll() noexcept;
  /// Sends every open task now.
  void flush() noexcept;
  /// Nothing gathered, queued, on a device, or waiting for its turn.
  bool idle() const noexcept { return batches_inside_ == 0; }
  /// Packets inside, for the check of conservation; 0 when idle.
  std::size_t packets_inside() const noexcept { return packets_inside_; }
  /// Lanes with work on them can wake a sleeping worker.
  void arm(void (*wake)(void*), void* context) noexcept;

  /// What went to one device so far.
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
  void submit(SegmentLane& lane, Task* task) noexcept;
  void completed(SegmentLane& lane, Task& task, error_code error) noexcept;
  void report(SegmentLane const& lane, error_code error) noexcept;
  void return_batches(SegmentLane& lane, Task& task, Outcome outcome) noexcept;
  unsigned release(SegmentState& state) noexcept;
  void leave(SegmentState& state, ReorderBuffer::Entry entry) noexcept;
  void finish_rebinding(SegmentState& state) noexcept;

  Graph& graph_;
  DeviceSet& devices_;
  OffloadOptions options_;
  std::vector<std::unique_ptr<DeviceMonitor>> monitors_;  // by device
  std::vector<TaskLimit> limits_;                         // by device
  std::vector<std::unique_ptr<SegmentState>> segments_;   // by segment
  std::vector<std::unique_ptr<SegmentLane>> lanes_;  // by segment, then device; null for the CPU
  std::size_t batches_inside_ = 0;
  std::size_t packets_inside_ = 0;
};

}  // namespace warpline
