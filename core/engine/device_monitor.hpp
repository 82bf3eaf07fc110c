// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <system_error>

#include "core/element/load.hpp"
#include "core/element/metrics.hpp"
#include "core/engine/reorder_buffer.hpp"
#include "core/engine/task.hpp"
#include "core/packet/touched_bytes.hpp"

namespace warpline {

/// Counters of the work of one worker on one device. The worker writes, any thread may read.
struct DeviceCounters {
  Counter tasks, batches, packets, failed;  ///< submitted; tasks that failed
  Counter done_packets, done_bytes, done_tasks;
  Counter worker_cycles, busy_cycles, tasks_cycles;  ///< see `DeviceLoad`
  Counter rerun;          ///< packets that the CPU reran because the device had failed
  Histogram task_cycles;  ///< submission to completion
};

/// Counts the work of one worker on one device, and detects whether the device has failed. Used by
/// the worker's thread, except for the counters.
class DeviceMonitor {
 public:
  /// False from the first failed task on.
  bool usable() const noexcept { return counters_.failed.get() == 0; }

  /// Records packets that were added to a task.
  void gathered(unsigned packets) noexcept { backlog_.waiting += packets; }
  /// Records that a task left the builder. `submitted` follows, unless its packets run elsewhere.
  void taken(Task const& task) noexcept { backlog_.waiting -= static_cast<unsigned>(task.packets); }
  /// Records that the task was submitted at `now`.
  void submitted(Task& task, std::uint64_t now) noexcept;
  /// Records that the task completed at `now`, with or without an error.
  void completed(Task const& task, std::error_code error, std::uint64_t now) noexcept;
  /// Records that the CPU ran all kernels of a batch, as a task of one batch.
  void ran(Batch const& batch) noexcept;
  void reran(unsigned packets) noexcept { counters_.rerun.add(packets); }
  /// Adds `cycles` that the worker spent on kernels or on the tasks of the device.
  void spent(std::uint64_t cycles) noexcept { counters_.worker_cycles.add(cycles); }

  /// `now`: `cycles()`; the current busy period counts until then.
  DeviceLoad load(std::uint64_t now) const noexcept;
  DeviceBacklog const& backlog() const noexcept { return backlog_; }
  DeviceCounters const& counters() const noexcept { return counters_; }

 private:
  DeviceCounters counters_;
  DeviceBacklog backlog_;
  std::uint64_t busy_since_ = 0;  // while tasks are in flight
};

/// The outcome for the batches of a task that completed with `error`. `edits`: its kernels modify
/// packets; `transfer`: how the packets travelled.
Outcome outcome_of(std::error_code error, bool edits, Transfer transfer) noexcept;

}  // namespace warpline
