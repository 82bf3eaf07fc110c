// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gpu/stream/stream_device.hpp"

namespace warpline::host {

/// CPUs of this machine as a device: helper threads run kernel bodies.
///
/// Lanes are assigned to the helpers in turn. A lane's work runs in order on its helper. Without
/// helpers, work runs inside `submit` and is complete when that returns: deterministic, for tests.
class HostDevice final : public stream::StreamDevice {
 public:
  /// `cores`: CPUs to pin the helpers to, one thread each; -1 leaves a thread unpinned.
  explicit HostDevice(std::vector<int> const& cores, std::string name = "host",
                      stream::Options const& options = {});

  std::string description() const override;
  std::shared_ptr<TableMemory> table_memory() override { return nullptr; }

 private:
  std::size_t helpers_;
};

}  // namespace warpline::host
