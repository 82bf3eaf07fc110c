// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>

namespace warpline::balance {

/// Distinguishes a quantity that has changed from one that is noisy.
class Watch {
 public:
  /// `tolerance`: share of the usual value that is no change.
  explicit Watch(double tolerance) : least_tolerance_(tolerance), tolerance_(tolerance) {}

  /// Watches from now on a value of about this size; 0: the next value.
  void start(double usual) { usual_ = usual, deviation_ = 0, odd_ = 0; }

  /// Multiplies the threshold for a change by this factor.
  void widen(double times) { tolerance_ = least_tolerance_ * times; }

  /// True if the last few values have deviated by more than they usually do. Values of 0 or less
  /// are ignored.
  bool changed(double value) {
    if (value <= 0) return false;
    if (usual_ <= 0) return start(value), false;
    auto const off = std::abs(value - usual_);
    if (off > std::max(tolerance_ * usual_, 3 * deviation_)) return ++odd_ >= kInARow;
    odd_ = 0;
    usual_ += kWeight * (value - usual_);
    deviation_ += kWeight * (off - deviation_);
    return false;
  }

 private:
  static constexpr double kWeight = 1.0 / 16;
  static constexpr int kInARow = 3;

  double least_tolerance_, tolerance_;
  double usual_ = 0, deviation_ = 0;
  int odd_ = 0;
};

}  // namespace warpline::balance
