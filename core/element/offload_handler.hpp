// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/element/load.hpp"
#include "core/packet/batch.hpp"

namespace warpline {

struct Node;
struct Segment;

/// Accepts batches of a segment from the graph; see `Offloader`. Worker's thread only.
class OffloadHandler {
 public:
  virtual ~OffloadHandler() = default;
  /// False after the device has failed. From then on, its batches stay on the CPU.
  virtual bool usable(DeviceIndex) const noexcept { return true; }
  /// Accepts the prepared batch, which later goes on with `Graph::resume`. If it returns false, the
  /// caller keeps the batch and runs it on the CPU now.
  virtual bool submit(Segment& segment, BatchPtr& batch) noexcept = 0;

  /// Accepts a batch that came to a segment while `Segment::waits`, before its `prepare`.
  virtual void defer(Segment&, BatchPtr) noexcept {}

  /// Called after the graph has run kernels itself.
  virtual void ran_on_cpu(std::uint64_t cycles) noexcept { (void)cycles; }

  /// For balancers: what a device has done, and when its tasks are sent.
  virtual DeviceLoad load(DeviceIndex) const noexcept { return {}; }
  virtual DeviceBacklog backlog(DeviceIndex) const noexcept { return {}; }
  virtual TaskLimit task_limit(DeviceIndex) const noexcept { return {}; }
  virtual void limit_tasks(DeviceIndex, TaskLimit const&) noexcept {}
};

}  // namespace warpline
