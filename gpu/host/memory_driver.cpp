// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/host/memory_driver.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace warpline::host {
namespace {

constexpr stream::Status kOutOfMemory = 2;

}  // namespace

std::string MemoryDriver::describe(Status status) const {
  switch (status) {
    case stream::kOk:
      return "no error";
    case stream::kNotReady:
      return "not ready";
    case kOutOfMemory:
      return "out of memory";
  }
  return "error " + std::to_string(status);
}

stream::Status MemoryDriver::create(EventHandle*& event) {
  event = new (std::nothrow) EventHandle;
  return event != nullptr ? stream::kOk : kOutOfMemory;
}
void MemoryDriver::destroy(EventHandle* event) noexcept { delete event; }

stream::Status MemoryDriver::allocate(void*& memory, std::size_t size) {
  // Linux overcommits: an allocation succeeds even if there is not enough memory.
  static auto const physical = static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) *
                               static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  memory = nullptr;
  if (size > physical - std::min(physical, allocated_.load())) return kOutOfMemory;
  memory = std::aligned_alloc(256, (size + 255) / 256 * 256);
  if (memory == nullptr) return kOutOfMemory;
  allocated_ += malloc_usable_size(memory);
  return stream::kOk;
}
void MemoryDriver::release(void* memory) noexcept {
  allocated_ -= malloc_usable_size(memory);
  std::free(memory);
}

stream::Status MemoryDriver::allocate_pinned(void*& memory, std::size_t size) {
  return allocate(memory, size);
}
void MemoryDriver::release_pinned(void* memory) noexcept { release(memory); }

stream::Status MemoryDriver::fill(void* device, void const* host, std::size_t size) {
  std::memcpy(device, host, size);
  return stream::kOk;
}

}  // namespace warpline::host
