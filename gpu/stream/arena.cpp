// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/stream/arena.hpp"

#include <mutex>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/packet/batch.hpp"

namespace warpline::stream {

Layout::Layout(Lane::Room const& room) {
  bytes = round_up(room.packets * sizeof(PacketHead));
  offsets = round_up(bytes + room.bytes + 64 * (1 + KernelChain::kMax) +
                     room.packets * Batch::kResultBytes);
  scratch = round_up(offsets + room.packets * sizeof(std::uint32_t));
  size = scratch + Mirror::kScratch;
}

Arena::Arena(Driver& driver, Options const& options, Transfer transfer, std::string const& device)
    : base(options.first_ticket),
      driver_(driver),
      device_(device),
      transfer_(transfer),
      slots_(options.depth),
      calls_(4 * std::size_t{options.depth}) {
  for (auto& call : calls_) call = {this, static_cast<std::uint32_t>(&call - calls_.data())};
  called = base;
  if (transfer != Transfer::kDirect) {
    // What a task may grow to: it is sent when it has reached its size, so the last batch exceeds.
    room_.packets = options.task_packets + Batch::kCapacity;
    room_.bytes = options.task_bytes + Batch::kCapacity * options.frame_size + 16 * room_.packets;
    layout_ = Layout(room_);
  }
  try {
    check(driver.create(stream_), "a stream");
    void* memory = nullptr;
    check(driver.allocate_pinned(memory, 256), "pinned memory");
    flag_ = static_cast<std::uint32_t*>(memory);
    *flag_ = static_cast<std::uint32_t>(base);
    for (auto& slot : slots_) {
      check(driver.create(slot.event), "an event");
      constexpr auto kItems = std::size_t{Work::kMaxItems} * KernelChain::kMax;
      check(driver.allocate_pinned(memory, (kItems + KernelChain::kMax) * sizeof(WorkItem)),
            "pinned memory");
      slot.items = static_cast<WorkItem*>(memory);
      slot.copies = slot.items + kItems;
      if (transfer == Transfer::kDirect) continue;
      auto const amount = std::to_string(layout_.size >> 10) + " KiB";
      check(driver.allocate_pinned(memory, layout_.offsets), amount + " of pinned memory");
      slot.host = static_cast<std::byte*>(memory);
      check(driver.allocate(memory, layout_.size), amount + " of device memory");
      slot.device = static_cast<std::byte*>(memory);
    }
  } catch (...) {
    close();
    throw;
  }
}

Arena::~Arena() { close(); }

void Arena::check(Status status, std::string const& what) {
  if (status == kOk) return;
  throw ConfigError("device '" + device_ + "' has no room for another lane of " +
                    counted(slots_.size(), "task") + " in flight: " + what + ": " +
                    driver_.describe(status) +
                    "; fewer workers, or smaller tasks (--task-bytes) need less");
}

void Arena::close() noexcept {
  for (auto& slot : slots_) {
    if (slot.device != nullptr) driver_.release(slot.device);
    if (slot.host != nullptr) driver_.release_pinned(slot.host);
    if (slot.items != nullptr) driver_.release_pinned(slot.items);
    if (slot.event != nullptr) driver_.destroy(slot.event);
  }
  if (flag_ != nullptr) driver_.release_pinned(flag_);
  if (stream_ != nullptr) driver_.destroy(stream_);
}

void keep_for_ever(std::unique_ptr<Arena> arena) noexcept {
  static std::mutex mutex;
  static auto& kept = *new std::vector<std::unique_ptr<Arena>>;  // never destroyed
  std::scoped_lock const lock(mutex);
  kept.push_back(std::move(arena));
}

}  // namespace warpline::stream
