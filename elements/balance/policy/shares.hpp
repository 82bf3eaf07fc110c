// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "core/base/random.hpp"

namespace warpline::balance {

/// Splits batches at random: each goes to the CPU with the probability `cpu_share`.
class RandomShare {
 public:
  explicit RandomShare(std::uint64_t seed) : random_(seed) {}
  bool to_device(double cpu_share) noexcept { return random_.fraction() >= cpu_share; }

 private:
  Random random_;
};

/// Splits batches in runs: `depth` to the device, then the CPU's share. A share of 1 sends none to
/// the device, a share of 0 all.
class RunShare {
 public:
  explicit RunShare(unsigned depth) : depth_(depth) {}

  bool to_device(double cpu_share) noexcept {
    if (cpu_share >= 1) return false;
    if (cpu_share <= 0) return true;
    if (device_left_ == 0 && cpu_left_ < 1) {
      device_left_ = depth_;
      // The remaining fraction of a batch counts for the next run.
      cpu_left_ += depth_ * cpu_share / (1 - cpu_share);
      cpu_left_ = std::min(cpu_left_, kLongestRun);
    }
    if (device_left_ > 0) return --device_left_, true;
    --cpu_left_;
    return false;
  }

 private:
  static constexpr double kLongestRun = 1e6;

  unsigned depth_;
  unsigned device_left_ = 0;
  double cpu_left_ = 0;
};

}  // namespace warpline::balance
