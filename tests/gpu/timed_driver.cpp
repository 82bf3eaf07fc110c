// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/gpu/timed_driver.hpp"

#include <algorithm>
#include <array>

namespace warpline::test {

TimedDriver::~TimedDriver() {
  for (auto* queue : queues_) delete queue;
}

stream::Status TimedDriver::create(StreamHandle*& stream) {
  queues_.push_back(new Queue);
  stream = reinterpret_cast<StreamHandle*>(queues_.back());
  return stream::kOk;
}

stream::Status TimedDriver::query(StreamHandle* stream) noexcept {
  return queue_of(stream).commands.empty() ? stream::kOk : stream::kNotReady;
}

stream::Status TimedDriver::copy_in(StreamHandle* stream, void* device, void const* host,
                                    std::size_t size) noexcept {
  queue_of(stream).commands.push_back({host::Command::copy(device, host, size), kIn, copy_in_time});
  return stream::kOk;
}

stream::Status TimedDriver::enqueue(StreamHandle* stream, host::Command const& command) noexcept {
  using Kind = host::Command::Kind;
  Timed timed{command, kNone, 0};
  if (command.kind == Kind::kLaunch) timed.engine = kKernels, timed.duration = kernel_time;
  if (command.kind == Kind::kCopy) timed.engine = kOut, timed.duration = copy_out_time;
  queue_of(stream).commands.push_back(timed);
  return stream::kOk;
}

// The command that can begin first runs next; of several, that of the stream created first.
std::uint64_t TimedDriver::run_all() {
  std::array<std::uint64_t, kEngines + 1> free_at{};
  std::array<std::uint64_t, kEngines> busy{};
  std::uint64_t end = 0;
  for (auto* queue : queues_) queue->free_at = 0;
  for (;;) {
    Queue* next = nullptr;
    std::uint64_t first = ~std::uint64_t{0};
    for (auto* queue : queues_) {
      if (queue->commands.empty()) continue;
      auto const engine = queue->commands.front().engine;
      auto const begin = std::max(queue->free_at, engine == kNone ? 0 : free_at[engine]);
      if (begin < first) next = queue, first = begin;
    }
    if (next == nullptr) break;
    auto const timed = next->commands.front();
    next->commands.pop_front();
    timed.command.run();
    next->free_at = first + timed.duration;
    free_at[timed.engine] = next->free_at;
    if (timed.engine != kNone) busy[timed.engine] += timed.duration;
    end = std::max(end, next->free_at);
  }
  auto const work = busy[kIn] + busy[kKernels] + busy[kOut];
  overlap_ = work > end ? work - end : 0;
  return end;
}

}  // namespace warpline::test
