// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/element/load.hpp"
#include "core/packet/batch.hpp"

namespace warpline {

struct Node;
struct Segment;

/// Takes batches of a segment off the graph's hands; see `Offloader`.
class OffloadHandler {
 public:
  virtual ~OffloadHandler() = default;
  /// False after the device has failed, for good: its batches stay on the CPU.
  virtual bool usable(DeviceIndex) const noexcept { return true; }
  /// Takes the prepared batch and later `Graph::resume`s it; false: the caller runs it here and
  /// now.
  virtual bool take(Segment& segment, BatchPtr& batch) noexcept = 0;

  /// Takes a batch that has come to a segment while `Segment::waits`, before its `prepare`.
  virtual void wait(Segment&, BatchPtr) noexcept {}

  /// Told of kernels that the graph has run itself.
  virtual void ran_here(std::uint64_t cycles) noexcept { (void)cycles; }

  /// For balancers: what a device has done, and when its tasks are sent.
  virtual DeviceLoad load(DeviceIndex) const noexcept { return {}; }
  virtual DeviceBacklog backlog(DeviceIndex) const noexcept { return {}; }
  virtual TaskLimit task_limit(DeviceIndex) const noexcept { return {}; }
  virtual void limit_tasks(DeviceIndex, TaskLimit const&) noexcept {}
};

}  // namespace warpline
