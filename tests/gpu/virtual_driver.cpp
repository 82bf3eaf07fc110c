// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/gpu/virtual_driver.hpp"

#include <malloc.h>

#include <cstring>

#include "core/base/clock.hpp"

namespace warpline::test {
namespace {

constexpr stream::Status kRefused = 2;
constexpr stream::Status kBroken = 700;  // an illegal address, with CUDA

std::uint64_t virtual_time = 1;

/// The handle is the driver's own business: an address of ours.
struct Queue {
  std::deque<host::Command> commands;
  bool stalled = false;
  bool broken = false;
};
Queue& queue_of(stream::StreamHandle* stream) { return *reinterpret_cast<Queue*>(stream); }

}  // namespace

std::uint64_t VirtualClock::now() { return virtual_time += 10'000; }
void VirtualClock::advance(std::chrono::microseconds time) {
  virtual_time +=
      static_cast<std::uint64_t>(static_cast<double>(time.count()) * cycles_per_second() / 1e6);
}

FaultPlan FaultPlan::random(std::mt19937_64& random, std::uint64_t commands) {
  auto const maybe = [&] { return random() % 3 == 0 ? 1 + random() % commands : 0; };
  FaultPlan plan;
  plan.refuse_at = maybe();
  plan.break_at = maybe();
  plan.break_stream_at = maybe();
  plan.stall_at = maybe();
  plan.stall_looks = random() % 2 == 0 ? 0 : 1 + random() % 300;
  plan.lose_at = maybe();
  plan.repeat_calls = random() % 3;
  return plan;
}

VirtualDriver::~VirtualDriver() {
  for (auto* stream : streams_) delete &queue_of(stream);
  for (auto* memory : released_) MemoryDriver::release(memory);
}

stream::Status VirtualDriver::create(StreamHandle*& stream) {
  stream = reinterpret_cast<StreamHandle*>(new Queue);
  streams_.push_back(stream);
  return stream::kOk;
}

stream::Status VirtualDriver::enqueue(StreamHandle* stream, host::Command const& command) noexcept {
  on_look();
  if (broken_ || queue_of(stream).broken) return kBroken;
  if (++calls_ == plan_.refuse_at) return kRefused;
  queue_of(stream).commands.push_back(command);
  on_look();
  return stream::kOk;
}

stream::Status VirtualDriver::query(EventHandle* event) noexcept {
  on_look();
  return broken_ ? kBroken : MemoryDriver::query(event);
}

stream::Status VirtualDriver::query(StreamHandle* stream) noexcept {
  on_look();
  if (broken_ || queue_of(stream).broken) return kBroken;
  return queue_of(stream).commands.empty() ? stream::kOk : stream::kNotReady;
}

stream::Status VirtualDriver::fill(void* device, void const* host, std::size_t size) {
  return ++fills_ == plan_.refuse_fill ? kRefused : MemoryDriver::fill(device, host, size);
}

void VirtualDriver::release_table(void* memory) noexcept {
  std::memset(memory, kReleased, malloc_usable_size(memory));
  released_.push_back(memory);
}

bool VirtualDriver::step(std::uint64_t choice) {
  std::vector<StreamHandle*> ready;
  for (auto* stream : streams_) {
    auto& queue = queue_of(stream);
    if (queue.stalled && plan_.stall_looks != 0 && ++stalled_for_ > plan_.stall_looks)
      queue.stalled = false;
    if (!queue.stalled && !queue.commands.empty()) ready.push_back(stream);
  }
  return !ready.empty() && run_next(ready[choice % ready.size()]);
}

bool VirtualDriver::step_stream(std::size_t number) {
  auto const& queue = queue_of(streams_.at(number));
  return !queue.stalled && !queue.commands.empty() && run_next(streams_[number]);
}

bool VirtualDriver::run_next(StreamHandle* stream) {
  auto& queue = queue_of(stream);
  ++run_;
  if (run_ == plan_.break_stream_at) {
    queue.broken = true;
    queue.commands.clear();
    return true;
  }
  if (run_ == plan_.break_at) {
    broken_ = true;
    auto half = queue.commands.front();
    if (half.kind == host::Command::Kind::kLaunch) {
      half.value = (half.value + 1) / 2;
      half.run();
    }
    for (auto* entry : streams_) queue_of(entry).commands.clear();
    return true;
  }
  if (run_ == plan_.stall_at) {
    queue.stalled = true;
    return true;
  }
  auto const command = queue.commands.front();
  queue.commands.pop_front();
  execute(command);
  return true;
}

void VirtualDriver::execute(host::Command const& command) {
  using Kind = host::Command::Kind;
  bool const mark =
      command.kind == Kind::kWrite || command.kind == Kind::kCall || command.kind == Kind::kRecord;
  if (mark && !lost_ && plan_.lose_at != 0 && run_ >= plan_.lose_at) {
    lost_ = true;
    return;
  }
  command.run();
  if (command.kind != Kind::kCall || plan_.repeat_calls == 0) return;
  // Some function is called once more: at once, or when the next ones have been.
  if (++functions_ % plan_.repeat_calls == 0) again_ = command;
  if (functions_ % 3 != 1 && again_) again_->run();
}

}  // namespace warpline::test
