// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gpu/host/command.hpp"

namespace warpline::host {

/// The part of a driver in this process that is independent of threads: memory comes from the heap,
/// at most as much as this machine has, and each call becomes a command for `enqueue`.
class MemoryDriver : public stream::Driver {
 public:
  using Status = stream::Status;
  using StreamHandle = stream::StreamHandle;
  using EventHandle = stream::EventHandle;

  std::string describe(Status status) const override;

  Status create(EventHandle*& event) override;
  void destroy(EventHandle* event) noexcept override;
  Status allocate(void*& memory, std::size_t size) override;
  void release(void* memory) noexcept override;
  Status allocate_pinned(void*& memory, std::size_t size) override;
  void release_pinned(void* memory) noexcept override;
  Status pin(void*, std::size_t) override { return stream::kOk; }
  void unpin(void*) noexcept override {}
  Status allocate_table(void*& memory, std::size_t size) override { return allocate(memory, size); }
  void release_table(void* memory) noexcept override { release(memory); }
  Status fill(void* device, void const* host, std::size_t size) override;

  Status copy_in(StreamHandle* stream, void* device, void const* host,
                 std::size_t size) noexcept override {
    return enqueue(stream, Command::copy(device, host, size));
  }
  Status copy_out(StreamHandle* stream, void* host, void const* device,
                  std::size_t size) noexcept override {
    return enqueue(stream, Command::copy(host, device, size));
  }
  Status launch(StreamHandle* stream, KernelCall const& call, WorkItem const* items,
                std::uint32_t count, std::uint32_t) noexcept override {
    return enqueue(stream, Command::launch(call, items, count));
  }
  Status gather(StreamHandle* stream, stream::StagedCopy const& staged_copy) noexcept override {
    return enqueue(stream, Command::gather(staged_copy));
  }
  Status scatter(StreamHandle* stream, stream::StagedCopy const& staged_copy) noexcept override {
    return enqueue(stream, Command::scatter(staged_copy));
  }
  Status write(StreamHandle* stream, std::uint32_t* flag, std::uint32_t value) noexcept override {
    return enqueue(stream, Command::write(flag, value));
  }
  Status call(StreamHandle* stream, void (*function)(void*), void* context) noexcept override {
    return enqueue(stream, Command::invoke(function, context));
  }
  Status record(StreamHandle* stream, EventHandle* event) noexcept override {
    return enqueue(stream, Command::record(event));
  }
  using stream::Driver::query;
  Status query(EventHandle* event) noexcept override {
    return event->completed.load(std::memory_order_acquire) == event->recorded ? stream::kOk
                                                                               : stream::kNotReady;
  }

 private:
  std::atomic<std::size_t> allocated_{0};

 protected:
  virtual Status enqueue(StreamHandle* stream, Command const& command) noexcept = 0;
};

}  // namespace warpline::host
