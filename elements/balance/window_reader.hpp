// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/element/metrics.hpp"
#include "core/element/offload_handler.hpp"
#include "core/element/outputs.hpp"
#include "elements/balance/policy/policy.hpp"

namespace warpline {

/// Computes windows from the counters of a worker. Used on the worker's thread.
class WindowReader {
 public:
  /// `device`: the device for offloading. `latencies`: also the p99, which costs a microsecond per
  /// window.
  WindowReader(DeviceIndex device, bool latencies);

  /// The window since the last call; the first call returns nothing useful.
  balance::Window read(Outputs& out) noexcept;
  balance::Present present(Outputs& out) const noexcept;

 private:
  struct Reading {
    std::uint64_t time = 0, idle = 0, packets = 0, bytes = 0;
    DeviceLoad cpu, device;
  };
  double p99(Histogram const& now) noexcept;

  DeviceIndex device_;
  double seconds_per_cycle_;
  Reading last_;
  struct Latencies {
    Histogram earlier, window;
  };
  std::unique_ptr<Latencies> latencies_;
};

}  // namespace warpline
