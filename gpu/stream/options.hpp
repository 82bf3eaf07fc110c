// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/packet/touched_bytes.hpp"

namespace warpline::stream {

/// How a lane learns that a task is complete.
enum class Completion : std::uint8_t {
  kCallback,  ///< the driver calls a function
  kEvent,     ///< the lane queries an event after the task
  kFlag,      ///< the stream stores the ticket to pinned memory
};
inline constexpr Completion kCompletions[] = {Completion::kCallback, Completion::kEvent,
                                              Completion::kFlag};

constexpr std::string_view name_of(Completion completion) {
  constexpr std::string_view kNames[] = {"callback", "event", "flag"};
  return kNames[static_cast<unsigned>(completion)];
}

/// How the lanes of a device work.
struct Options {
  Completion completion = Completion::kFlag;
  std::optional<Transfer> transfer;  ///< none: as measured to be fastest, else `direct`
  unsigned depth = 4;                ///< tasks in flight on a lane
  /// Streams of a lane: consecutive tasks use them in turn, so that copies in, kernels and copies
  /// out overlap. None: what the kind of device uses (`host` 1, CUDA 2). At most `depth` are used.
  std::optional<unsigned> streams;
  std::uint32_t task_packets = 1024;
  std::uint64_t task_bytes = 1u << 20;
  std::uint32_t frame_size = 2048;     ///< longest packet
  std::uint64_t (*clock)() = &cycles;  ///< for tests, which simulate time
  std::uint64_t first_ticket = 0;      ///< first value of flags; for tests of their overflow
  /// If no task completes within this time, the stream is queried.
  std::chrono::microseconds probe{2000};
  std::chrono::milliseconds task_timeout{30000};  ///< a task that takes longer has failed
};

}  // namespace warpline::stream
