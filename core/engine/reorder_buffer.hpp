// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/engine/fifo.hpp"
#include "core/packet/batch.hpp"

namespace warpline {

/// The state of a batch that was sent to a device.
enum class Outcome : std::uint8_t {
  kPending,    ///< not completed yet
  kDone,       ///< its kernels have run
  kUntouched,  ///< the device failed, and cannot have modified it
  kModified,   ///< the device failed, and may have modified it
  kInUse,      ///< the device failed, and may still access it
};

/// The batches of one segment between their entry and their exit. They leave in the order in which
/// they entered or, if `ordered` is false, as they finish. Used by one thread.
class ReorderBuffer {
 public:
  struct Entry {
    BatchPtr batch;
    Outcome outcome = Outcome::kPending;
  };

  /// `capacity`: maximum number of batches inside at a time.
  ReorderBuffer(std::size_t capacity, bool ordered);

  /// Returns the next batch's ticket, its place in the order.
  std::uint64_t enter() noexcept { return entered_++; }
  /// Accepts a completed batch. Call it once per ticket.
  void finish(std::uint64_t ticket, BatchPtr batch, Outcome outcome) noexcept;
  /// True if a batch can leave.
  bool ready() const noexcept;
  /// Removes the next batch that may leave. Only while `ready`.
  Entry leave() noexcept;

  /// True if every batch that entered has left.
  bool empty() const noexcept { return entered_ == left_; }
  bool ordered() const noexcept { return ordered_; }

 private:
  bool ordered_;
  std::vector<Entry> slots_;  // ordered: one per batch inside, by ticket
  Fifo<Entry> finished_;      // unordered
  std::uint64_t entered_ = 0;
  std::uint64_t left_ = 0;
};

}  // namespace warpline
