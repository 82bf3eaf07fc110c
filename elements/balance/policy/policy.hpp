// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// Decisions of balancers, without engine, clock or global state: what a policy does follows from
/// what it is told, so a simulation tells it the same as a worker does.
namespace warpline::balance {

/// What one side, the own core or the device, has done for a worker during a window.
struct Side {
  double packets = 0, bytes = 0;
  double tasks = 0;           ///< batches on the own core
  double worker_seconds = 0;  ///< of the worker's thread
  double busy_seconds = 0;    ///< while the device had something of this worker's
  double task_seconds = 0;    ///< from submission to completion, summed over tasks

  Side& operator+=(Side const& other);
};

/// What a worker did between two readings of its counters.
struct Window {
  double seconds = 0;
  double idle_seconds = 0;        ///< the worker found nothing to do
  double packets = 0, bytes = 0;  ///< transmitted
  double p99_seconds = 0;         ///< receive to transmit; 0: not known
  Side own, device;

  double rate() const { return seconds > 0 ? packets / seconds : 0; }
  double idle_share() const { return seconds > 0 ? idle_seconds / seconds : 0; }
  /// Appends the window that follows.
  Window& operator+=(Window const& next);
};

/// How things stand when a batch comes.
struct Present {
  unsigned in_flight = 0;  ///< tasks on the device
  unsigned waiting = 0;    ///< packets gathered or queued for it
  double pool_share = 0;   ///< of the worker's batches, in use
};

/// Decides batch by batch, and learns window by window. Used by one thread.
class Policy {
 public:
  virtual ~Policy() = default;

  /// Whether the batch that has just come goes to the device. Neither allocates nor blocks.
  virtual bool to_device(Present const& present) noexcept = 0;
  /// How long the next window should be, in seconds.
  virtual double period() const noexcept = 0;
  virtual void observe(Window const& window) noexcept = 0;
  /// Packets of a task; 0: as the offloader has it.
  virtual unsigned task_packets() const noexcept { return 0; }
};

}  // namespace warpline::balance
