// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace warpline {

/// The work of one device for one worker, summed since the start; a balancer compares two
/// readings.
struct DeviceLoad {
  std::uint64_t packets = 0, bytes = 0;  ///< done
  std::uint64_t tasks = 0;               ///< done; on the CPU, batches
  std::uint64_t worker_cycles = 0;  ///< of the worker's thread: kernels on the CPU; for a device,
                                    ///< gathering, submitting and completing tasks
  std::uint64_t busy_cycles = 0;    ///< during which the device had a task of this worker's
  std::uint64_t task_cycles = 0;    ///< from submission to completion, summed over tasks
};

/// The current work of one worker on one device, or waiting for it.
struct DeviceBacklog {
  unsigned in_flight = 0;  ///< tasks submitted and not done
  unsigned waiting = 0;    ///< packets gathered or queued, not yet submitted
};

/// When a task is sent; see `OffloadOptions`.
struct TaskLimit {
  unsigned packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t deadline = 0;  ///< cycles
};

}  // namespace warpline
