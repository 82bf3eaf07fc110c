// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/stream/lane_resources.hpp"

#include <algorithm>
#include <mutex>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/packet/batch.hpp"

namespace warpline::stream {

namespace {

constexpr std::size_t kFlagDistance = 256;  // bytes; more than a cache line of any device

constexpr auto kItems = std::size_t{Work::kMaxItems} * KernelChain::kMax;
constexpr std::size_t kItemBytes = (kItems + KernelChain::kMax) * sizeof(WorkItem);

/// A task is submitted when it has reached its size, so its last batch may exceed that size.
Lane::Room room_of_task(Options const& options) {
  Lane::Room room;
  room.packets = options.task_packets + Batch::kCapacity;
  room.bytes = options.task_bytes + Batch::kCapacity * options.frame_size + 16 * room.packets;
  return room;
}

std::string kib(std::size_t bytes) { return std::to_string(bytes >> 10) + " KiB"; }

}  // namespace

Layout::Layout(Lane::Room const& limits) {
  bytes = round_up(limits.packets * sizeof(PacketHead));
  offsets = round_up(bytes + limits.bytes + 64 * (1 + KernelChain::kMax) +
                     limits.packets * Batch::kResultBytes);
  scratch = round_up(offsets + limits.packets * sizeof(std::uint32_t));
  size = scratch + StagedCopy::kScratch;
}

LaneMemory memory_of_lane(Options const& options, Transfer transfer) {
  LaneMemory memory;
  memory.pinned = options.depth * kItemBytes;
  if (transfer == Transfer::kDirect) return memory;
  Layout const layout(room_of_task(options));
  memory.pinned += options.depth * layout.offsets;
  memory.device = options.depth * layout.size;
  return memory;
}

LaneResources::LaneResources(Driver& driver, Options const& options, Transfer transfer,
                             std::string const& device)
    : base(options.first_ticket),
      driver_(driver),
      device_(device),
      transfer_(transfer),
      streams_(std::min(options.streams.value_or(1), options.depth)),
      task_memory_(options.depth),
      calls_(4 * std::size_t{options.depth} * streams_.size()) {
  for (auto& call : calls_) call = {this, static_cast<std::uint32_t>(&call - calls_.data())};
  if (transfer != Transfer::kDirect) {
    room_ = room_of_task(options);
    layout_ = Layout(room_);
  }
  try {
    void* memory = nullptr;
    auto const allocate_pinned = [&](std::size_t bytes) {
      check(driver.allocate_pinned(memory, bytes), kib(bytes) + " of pinned memory");
    };
    allocate_pinned(kFlagDistance * streams_.size());
    flags_ = static_cast<std::uint32_t*>(memory);
    for (auto& stream : streams_) {
      auto const number = static_cast<std::size_t>(&stream - streams_.data());
      check(driver.create(stream.handle), "a stream");
      stream.flag = flags_ + number * kFlagDistance / sizeof(std::uint32_t);
      *stream.flag = static_cast<std::uint32_t>(base);
      stream.called = base;
    }
    for (auto& task : task_memory_) {
      check(driver.create(task.event), "an event");
      allocate_pinned(kItemBytes);
      task.items = static_cast<WorkItem*>(memory);
      task.copies = task.items + kItems;
      if (transfer == Transfer::kDirect) continue;
      allocate_pinned(layout_.offsets);
      task.host = static_cast<std::byte*>(memory);
      check(driver.allocate(memory, layout_.size), kib(layout_.size) + " of device memory");
      task.device = static_cast<std::byte*>(memory);
    }
  } catch (...) {
    close();
    throw;
  }
}

LaneResources::~LaneResources() { close(); }

void LaneResources::check(Status status, std::string const& what) {
  if (status == kOk) return;
  throw ConfigError("device '" + device_ + "' has no room for another lane of " +
                    counted(task_memory_.size(), "task") + " in flight: " + what + ": " +
                    driver_.describe(status) +
                    "; fewer workers, or smaller tasks (--task-bytes) need less");
}

void LaneResources::close() noexcept {
  for (auto& memory : task_memory_) {
    if (memory.device != nullptr) driver_.release(memory.device);
    if (memory.host != nullptr) driver_.release_pinned(memory.host);
    if (memory.items != nullptr) driver_.release_pinned(memory.items);
    if (memory.event != nullptr) driver_.destroy(memory.event);
  }
  for (auto& stream : streams_)
    if (stream.handle != nullptr) driver_.destroy(stream.handle);
  if (flags_ != nullptr) driver_.release_pinned(flags_);
}

Status LaneResources::query() {
  auto result = kOk;
  for (auto& stream : streams_) {
    auto const status = driver_.query(stream.handle);
    if (status == kNotReady) return kNotReady;
    if (status != kOk) result = status;
  }
  return result;
}

void keep_until_exit(std::unique_ptr<LaneResources> resources) noexcept {
  static std::mutex mutex;
  static auto& list = *new std::vector<std::unique_ptr<LaneResources>>;  // never destroyed
  std::scoped_lock const lock(mutex);
  list.push_back(std::move(resources));
}

}  // namespace warpline::stream
