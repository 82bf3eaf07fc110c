// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "elements/balance/policy/policy.hpp"

namespace warpline::balance {

/// A way to split work between CPU and device.
struct Setting {
  enum class Mode : unsigned char {
    kOwn,     ///< all on the CPU
    kMixed,   ///< to the device while it can accept tasks, otherwise on the CPU: neither waits
    kDevice,  ///< all on the device
  };
  Mode mode = Mode::kOwn;
  unsigned task = 0;   ///< packets of a task
  unsigned depth = 0;  ///< tasks on the device at a time, or waiting for it
};

/// A setting and its measurements.
struct Trial {
  Setting setting;
  double packets = 0, seconds = 0;            ///< measured
  double offloaded = 0;                       ///< packets, of those
  double p99_seconds = 0;                     ///< of the last window
  double device_seconds = 0;                  ///< the device was busy
  double windows = 0, rates = 0, rates2 = 0;  ///< sums over windows
  bool skipped = false;                       ///< not to be tried: it is foreseen to break a bound

  double rate() const { return seconds > 0 ? packets / seconds : 0; }
  /// Seconds for which the device is busy with a packet; 0: not known.
  double device_cost() const { return offloaded > 0 ? device_seconds / offloaded : 0; }
  /// Standard error of the rate, estimated from the windows.
  double error() const {
    if (windows < 2) return 0;
    auto const mean = rates / windows;
    return std::sqrt(std::max(0.0, rates2 / windows - mean * mean) / (windows - 1));
  }
  void measured(Window const& window) {
    windows += 1;
    rates += window.rate();
    rates2 += window.rate() * window.rate();
    device_seconds += window.device.busy_seconds;
    packets += window.packets;
    seconds += window.seconds;
    offloaded += window.device.packets;
    p99_seconds = window.p99_seconds;
  }
  void forget() { *this = Trial{setting}; }
};

/// The settings to try, those with lower latency first. The first one is the CPU.
class Trials {
 public:
  static constexpr unsigned kMax = 16;

  /// With tasks from `smallest` to `largest` packets; `latency_matters`: no unbounded queue, and
  /// also the shortest one.
  Trials(unsigned smallest, unsigned largest, bool latency_matters) {
    add({Setting::Mode::kOwn, smallest, 1});
    if (latency_matters) add({Setting::Mode::kMixed, smallest, 1});
    for (auto task = smallest; task < largest; task *= 4) add({Setting::Mode::kMixed, task, 2});
    add({Setting::Mode::kMixed, largest, 2});
    if (largest >= 4 * smallest) add({Setting::Mode::kMixed, largest / 4, 4});
    add({Setting::Mode::kMixed, largest, 5});
    if (!latency_matters) add({Setting::Mode::kDevice, largest, 4});
  }

  unsigned size() const { return size_; }
  Trial& operator[](unsigned index) { return trials_[index]; }
  Trial const& operator[](unsigned index) const { return trials_[index]; }

 private:
  void add(Setting setting) {
    if (size_ < kMax) trials_[size_++].setting = setting;
  }
  std::array<Trial, kMax> trials_{};
  unsigned size_ = 0;
};

}  // namespace warpline::balance
