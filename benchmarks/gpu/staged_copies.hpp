// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "benchmarks/gpu/owned.hpp"
#include "benchmarks/gpu/prepared.hpp"
#include "core/device/device.hpp"

namespace warpline::bench {

/// Prepared packets in the device's memory, in the layout of `staged` and `gather`; several copies,
/// so that no cache holds all of them.
class StagedCopies {
 public:
  /// At least `min_bytes` bytes of packets in total, in at least 8 copies.
  StagedCopies(Prepared& prepared, std::size_t min_bytes);

  /// The packets from `first` on as one item, in memory of the device.
  WorkItem const* item(unsigned copy, std::size_t first, std::uint32_t count, cudaStream_t stream);
  /// Restores the packets of all copies to their state before any kernel ran. Does not wait for it.
  void restore(cudaStream_t stream);
  unsigned count() const { return copies_; }
  std::size_t packets() const { return packets_; }
  std::size_t bytes() const { return bytes_; }  ///< of one copy's packets

  /// Compares the first copy with the results of the element's body on the same packets, in every
  /// fourth batch and the last. Runs the body: changes the prepared packets.
  bool right(Prepared& prepared) const;

 private:
  std::size_t packets_ = 0, bytes_ = 0;
  unsigned copies_ = 1;
  TouchedBytes touched_bytes_;
  std::vector<std::uint32_t> offsets_;  // of the packets in a copy
  std::unique_ptr<Owned<std::uint8_t>> memory_,
      prepared_;  // all copies; one that does not change
  std::unique_ptr<Owned<PacketHead>> descriptors_;
  std::unique_ptr<Owned<std::byte>> results_;
  std::unique_ptr<Owned<WorkItem>> items_;
  std::size_t used_items_ = 0;
  bool restored_ = false;
};

}  // namespace warpline::bench
