// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/device.hpp"

namespace warpline::host {

class HostLane;

/// This machine's cores as a device: helper threads run kernel bodies over batches where they lie.
///
/// Lanes are shared out among the helpers round-robin; a lane's work runs in order on its one
/// helper. With no helper, work runs inside `submit` and is over when that returns: deterministic,
/// for tests.
class HostDevice final : public Device {
 public:
  /// `cores` to pin the helpers to, one thread each; -1 leaves a thread unpinned.
  explicit HostDevice(std::vector<int> cores, std::string name = "host");
  /// All lanes must be gone.
  ~HostDevice() override;

  std::string description() const override;
  std::unique_ptr<Lane> open_lane() override;
  void const* upload(void const* data, std::size_t) override { return data; }

 private:
  friend class HostLane;
  struct Helper;

  std::vector<std::unique_ptr<Helper>> helpers_;
  std::size_t next_helper_ = 0;
};

}  // namespace warpline::host
