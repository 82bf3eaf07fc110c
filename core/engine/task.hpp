// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/device/device.hpp"
#include "core/element/load.hpp"
#include "core/engine/fifo.hpp"
#include "core/packet/batch.hpp"

namespace warpline {

/// A batch and its place in the order of its segment.
struct OrderedBatch {
  BatchPtr batch;
  std::uint64_t ticket = 0;
};

/// Batches that are submitted to a device together.
struct Task {
  std::vector<OrderedBatch> batches;
  std::vector<WorkItem> items;  ///< one per batch
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t opened = 0;     ///< `cycles()` before the first batch was added
  std::uint64_t submitted = 0;  ///< `cycles()` before the lane got the task

  Task();
  /// True if the batch fits into the task.
  bool fits(Batch const& batch, Lane::Room const& room) const;
  /// True if the task should be submitted now.
  bool full(TaskLimit const& limit) const;
  void add(OrderedBatch batch);
  void clear();
};

/// Gathers the batches of one segment for one device into tasks. At most `tasks` are in use: while
/// all of them are on the device, batches wait here. Used by one thread; allocates nothing after
/// the constructor.
class TaskBuilder {
 public:
  /// `capacity`: maximum number of batches that wait at a time.
  TaskBuilder(unsigned tasks, Lane::Room const& limits, std::size_t capacity);

  void add(OrderedBatch batch) { waiting_.push(std::move(batch)); }
  /// Moves waiting batches into the open task. Returns the task when it is full, or null if there
  /// are no waiting batches or no free task. Call it until it returns null.
  Task* take_full(TaskLimit const& limit);
  /// Returns the open task, even if it is not full; null if there is none.
  Task* take_open();
  /// True if the open task's first batch was added `deadline` cycles before `now`, or earlier.
  bool overdue(std::uint64_t now, std::uint64_t deadline) const {
    return open_ != nullptr && now - open_->opened >= deadline;
  }
  bool has_open() const { return open_ != nullptr; }
  /// Makes a task free again. Its batches must have been moved out.
  void recycle(Task& task);

 private:
  Lane::Room room_;
  std::vector<std::unique_ptr<Task>> tasks_;
  std::vector<Task*> free_;
  Task* open_ = nullptr;
  Fifo<OrderedBatch> waiting_;
};

}  // namespace warpline
