// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "elements/balance/policy/policy.hpp"

namespace warpline::balance {

/// Seconds that a packet takes on the CPU and on the device: moving averages over tasks.
class PacketCosts {
 public:
  void observe(Window const& window) noexcept {
    add(cpu_, window.cpu, window.cpu.worker_seconds);
    add(device_, window.device, window.device.busy_seconds);
  }
  bool known() const { return cpu_ > 0 && device_ > 0; }
  double cpu() const { return cpu_; }
  double device() const { return device_; }

 private:
  static constexpr double kWeight = 1.0 / 512;  // of one task or batch

  static void add(double& average, Side const& side, double seconds) {
    if (side.packets <= 0 || seconds <= 0) return;
    auto const now = seconds / side.packets;
    average = average > 0 ? now + (average - now) * std::pow(1 - kWeight, side.tasks) : now;
  }
  double cpu_ = 0, device_ = 0;
};

}  // namespace warpline::balance
