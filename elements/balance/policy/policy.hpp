// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// Decisions of balancers, without engine, clock or global state: a policy depends only on its
/// arguments, so a simulation can use it like a worker.
namespace warpline::balance {

/// The work of one side, the CPU or the device, for a worker during a window.
struct Side {
  double packets = 0, bytes = 0;
  double tasks = 0;           ///< batches on the CPU
  double worker_seconds = 0;  ///< of the worker's thread
  double busy_seconds = 0;    ///< while the device had something of this worker's
  double task_seconds = 0;    ///< from submission to completion, summed over tasks

  Side& operator+=(Side const& other);
};

/// The work of a worker between two readings of its counters.
struct Window {
  double seconds = 0;
  double idle_seconds = 0;        ///< the worker had no work
  double packets = 0, bytes = 0;  ///< transmitted
  double p99_seconds = 0;         ///< receive to transmit; 0: unknown
  Side cpu, device;

  double rate() const { return seconds > 0 ? packets / seconds : 0; }
  double idle_share() const { return seconds > 0 ? idle_seconds / seconds : 0; }
  /// Appends the next window.
  Window& operator+=(Window const& next);
};

/// The state of the worker when a batch comes.
struct Present {
  unsigned in_flight = 0;  ///< tasks on the device
  unsigned waiting = 0;    ///< packets gathered or queued for it
  double pool_share = 0;   ///< of the worker's batches, in use
};

/// Decides batch by batch, and learns window by window. Used by one thread.
class Policy {
 public:
  virtual ~Policy() = default;

  /// Decides whether the next batch goes to the device. Neither allocates nor blocks.
  virtual bool to_device(Present const& present) noexcept = 0;
  /// The length of the next window in seconds.
  virtual double period() const noexcept = 0;
  virtual void observe(Window const& window) noexcept = 0;
  /// Packets of a task; 0: the offloader's default.
  virtual unsigned task_packets() const noexcept { return 0; }
};

}  // namespace warpline::balance
