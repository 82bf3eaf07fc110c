// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/task.hpp"

#include <utility>

#include "core/base/clock.hpp"

namespace warpline {

Task::Task() {
  batches.reserve(Work::kMaxItems);
  items.reserve(Work::kMaxItems);
}

bool Task::fits(Batch const& batch, Lane::Room const& room) const {
  return packets + batch.size() <= room.packets &&
         bytes + batch.bytes() + 16 * (packets + batch.size()) <= room.bytes;
}

bool Task::full(TaskLimit const& limit) const {
  return packets >= limit.packets || bytes >= limit.bytes || batches.size() == Work::kMaxItems;
}

void Task::add(OrderedBatch added) {
  auto& batch = *added.batch;
  bytes += batch.bytes();
  packets += batch.size();
  items.push_back(WorkItem::of(batch.slots(), batch.size(), batch.results()));
  batches.push_back(std::move(added));
}

void Task::clear() {
  batches.clear();
  items.clear();
  packets = bytes = 0;
}

TaskBuilder::TaskBuilder(unsigned tasks, Lane::Room const& limits, std::size_t capacity)
    : room_(limits), waiting_(capacity) {
  for (unsigned i = 0; i < tasks; ++i) {
    tasks_.push_back(std::make_unique<Task>());
    free_.push_back(tasks_.back().get());
  }
}

Task* TaskBuilder::take_full(TaskLimit const& limit) {
  while (!waiting_.empty()) {
    if (open_ == nullptr) {
      if (free_.empty()) return nullptr;
      open_ = free_.back();
      free_.pop_back();
      open_->opened = cycles();
    } else if (!open_->fits(*waiting_.front().batch, room_)) {
      return take_open();
    }
    open_->add(waiting_.pop());
    if (open_->full(limit)) return take_open();
  }
  return nullptr;
}

Task* TaskBuilder::take_open() { return std::exchange(open_, nullptr); }

void TaskBuilder::recycle(Task& task) {
  task.clear();
  free_.push_back(&task);
}

}  // namespace warpline
