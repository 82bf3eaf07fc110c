// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/device_monitor.hpp"

namespace warpline {

void DeviceMonitor::submitted(Task& task, std::uint64_t now) noexcept {
  task.submitted = now;
  if (backlog_.in_flight++ == 0) busy_since_ = now;
  counters_.tasks.add(1);
  counters_.batches.add(task.batches.size());
  counters_.packets.add(task.packets);
}

void DeviceMonitor::completed(Task const& task, std::error_code error, std::uint64_t now) noexcept {
  counters_.task_cycles.record(now - task.submitted);
  counters_.tasks_cycles.add(now - task.submitted);
  if (--backlog_.in_flight == 0) counters_.busy_cycles.add(now - busy_since_);
  if (error) return counters_.failed.add(1);
  counters_.done_tasks.add(1);
  counters_.done_packets.add(task.packets);
  counters_.done_bytes.add(task.bytes);
}

void DeviceMonitor::ran(Batch const& batch) noexcept {
  counters_.batches.add(1);
  counters_.packets.add(batch.size());
  counters_.done_tasks.add(1);
  counters_.done_packets.add(batch.size());
  counters_.done_bytes.add(batch.bytes());
}

DeviceLoad DeviceMonitor::load(std::uint64_t now) const noexcept {
  DeviceLoad load;
  load.packets = counters_.done_packets.get();
  load.bytes = counters_.done_bytes.get();
  load.tasks = counters_.done_tasks.get();
  load.worker_cycles = counters_.worker_cycles.get();
  load.busy_cycles = counters_.busy_cycles.get() + (backlog_.in_flight > 0 ? now - busy_since_ : 0);
  load.task_cycles = counters_.tasks_cycles.get();
  return load;
}

// With `staged` the kernels work on copies, and nothing comes back from a task that failed. With
// `gather` the device itself writes back, and how much it has written is unknown.
Outcome outcome_of(std::error_code error, bool edits, Transfer transfer) noexcept {
  if (!error) return Outcome::kDone;
  bool const modified = edits && transfer != Transfer::kStaged;
  bool const accesses = modified || transfer == Transfer::kDirect;
  if (error == make_error_code(DeviceError::kTimedOut) && accesses) return Outcome::kInUse;
  return modified ? Outcome::kModified : Outcome::kUntouched;
}

}  // namespace warpline
