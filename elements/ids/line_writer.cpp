// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/line_writer.hpp"

#include <algorithm>

#include "elements/ids/line_queue.hpp"

namespace warpline::ids {

LineWriter::LineWriter() : thread_([this] { run(); }) {}

LineWriter::~LineWriter() {
  stop_.store(true, std::memory_order_release);
  wake();
  thread_.join();
}

/// At most one permit waits, so that the semaphore cannot overflow.
void LineWriter::wake() noexcept {
  if (!woken_.exchange(true, std::memory_order_acq_rel)) due_.release();
}

void LineWriter::add(LineQueue& queue) {
  std::scoped_lock const lock(mutex_);
  joined_.resize(std::max(joined_.size(), queue.ring_.size()));
  queues_.push_back(&queue);
}

void LineWriter::remove(LineQueue& queue) noexcept {
  std::scoped_lock const lock(mutex_);
  std::erase(queues_, &queue);
}

void LineWriter::run() noexcept {
  while (!stop_.load(std::memory_order_acquire)) {
    if (due_.try_acquire_for(kInterval)) woken_.exchange(false, std::memory_order_acq_rel);
    write_all();
  }
}

void LineWriter::write_all() noexcept {
  std::scoped_lock const lock(mutex_);
  for (auto* const queue : queues_) {
    auto const request = queue->finish_requests_.load(std::memory_order_acquire);
    bool const final = request != queue->finishes_.load(std::memory_order_relaxed);
    queue->write(final, joined_);
    if (!final) continue;
    queue->finishes_.store(request, std::memory_order_release);
    queue->finishes_.notify_all();
  }
}

}  // namespace warpline::ids
