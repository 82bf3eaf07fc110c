// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/host/memory_driver.hpp"

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
  memory = std::aligned_alloc(256, (size + 255) / 256 * 256);
  return memory != nullptr ? stream::kOk : kOutOfMemory;
}
void MemoryDriver::release(void* memory) noexcept { std::free(memory); }

stream::Status MemoryDriver::allocate_pinned(void*& memory, std::size_t size) {
  return allocate(memory, size);
}
void MemoryDriver::release_pinned(void* memory) noexcept { release(memory); }

stream::Status MemoryDriver::fill(void* device, void const* host, std::size_t size) {
  std::memcpy(device, host, size);
  return stream::kOk;
}

}  // namespace warpline::host
