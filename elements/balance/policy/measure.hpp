// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "elements/balance/policy/policy.hpp"
#include "elements/balance/policy/shares.hpp"

namespace warpline::balance {

/// Tries one share after the other, from 0 to 1, and then keeps the best.
class Measure final : public Policy {
 public:
  struct Options {
    double period = 0.2;
    double step = 0.05;
    unsigned ticks = 16;  ///< periods for each share; the first one is not counted
    unsigned depth = 32;  ///< batches that go to the device in a row
  };
  /// The result of one share.
  struct Line {
    double cpu_share;
    Window window;
  };
  /// `report` is called with the line of each share, then once more with the best and `last` true.
  Measure(Options options, std::function<void(Line const&, bool last)> report)
      : options_(options), report_(std::move(report)), runs_(options.depth) {}

  bool to_device(Present const&) noexcept override { return runs_.to_device(cpu_share_); }
  double period() const noexcept override { return options_.period; }
  void observe(Window const& window) noexcept override;
  double cpu_share() const { return cpu_share_; }
  bool done() const { return done_; }

 private:
  Options options_;
  std::function<void(Line const&, bool)> report_;
  RunShare runs_;
  double cpu_share_ = 0;
  unsigned index_ = 0;  // of the share
  unsigned tick_ = 0;
  Window seen_;
  Line best_{};
  bool done_ = false;
};

}  // namespace warpline::balance
