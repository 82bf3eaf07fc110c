// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/pinned_memory.hpp"

#include <new>

namespace warpline {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::align_val_t kAlignment{kPage};

bool pin_or_notify(Device& device, void* memory, std::size_t size, char const* what,
                   Notify const& notify) {
  auto const reason = device.pin(memory, size);
  if (!reason.empty())
    notify("device '" + device.name() + "' cannot reach " + what + " (" + reason +
           "); packets are copied for it (--transfer staged)");
  return reason.empty();
}

}  // namespace

PinnedMemory::~PinnedMemory() {
  for (auto const& [device, memory] : pieces_) device->unpin(memory);
}

void PinnedMemory::pin(Device& device, void* memory, std::size_t size, Notify const& notify) {
  if (pin_or_notify(device, memory, size, "packet memory", notify))
    pieces_.emplace_back(&device, memory);
}

BatchMemory::~BatchMemory() {
  // Unpinned before it is freed.
  for (auto const& block : blocks_)
    for (auto const& [device, notify] : devices_) device->unpin(block.memory);
  for (auto const& block : blocks_) ::operator delete(block.memory, kAlignment);
}

void BatchMemory::pin_for(Device& device, Notify notify) {
  devices_.emplace_back(&device, std::move(notify));
}

void* BatchMemory::do_allocate(std::size_t size, std::size_t) {
  auto const whole = (size + kPage - 1) / kPage * kPage;
  std::scoped_lock const lock(mutex_);
  for (auto& block : blocks_)
    if (!block.used && block.size == whole) {
      block.used = true;
      return block.memory;
    }
  auto* const memory = ::operator new(whole, kAlignment);
  blocks_.push_back({memory, whole, true});
  for (auto const& [device, notify] : devices_)
    pin_or_notify(*device, memory, whole, "batches", notify);
  return memory;
}

void BatchMemory::do_deallocate(void* memory, std::size_t, std::size_t) {
  std::scoped_lock const lock(mutex_);
  for (auto& block : blocks_)
    if (block.memory == memory) block.used = false;
}

}  // namespace warpline
