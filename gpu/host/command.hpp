// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "gpu/stream/driver.hpp"

namespace warpline::stream {

/// An event of a driver in this process. The owner's thread records and queries, the stream's
/// thread completes.
struct EventHandle {
  std::uint64_t recorded = 0;
  std::atomic<std::uint64_t> completed{0};
};

}  // namespace warpline::stream

namespace warpline::host {

/// One call of a driver that waits in a stream.
struct Command {
  enum class Kind : std::uint8_t { kCopy, kLaunch, kGather, kScatter, kWrite, kCall, kRecord };

  Kind kind = Kind::kCopy;
  std::uint32_t value = 0;  ///< of a write; the number of items of a launch
  void* to = nullptr;       ///< of a copy; flag; context; event
  void const* from = nullptr;
  std::uint64_t size = 0;  ///< of a copy; which record of an event
  KernelCall call{};
  void (*function)(void*) = nullptr;

  static Command copy(void* to, void const* from, std::size_t size);
  static Command launch(KernelCall const& call, WorkItem const* items, std::uint32_t count);
  /// The staged copy must stay valid until the command has run.
  static Command gather(stream::StagedCopy const& staged_copy);
  static Command scatter(stream::StagedCopy const& staged_copy);
  static Command write(std::uint32_t* flag, std::uint32_t value);
  static Command invoke(void (*function)(void*), void* context);
  static Command record(stream::EventHandle* event);

  void run() const noexcept;
};

}  // namespace warpline::host
