// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "elements/balance/policy/policy.hpp"
#include "elements/balance/policy/shares.hpp"

namespace warpline::balance {

/// Moves to the CPU's share with the highest throughput of this worker.
class Thruput final : public Policy {
 public:
  struct Options {
    double period = 0.2;
    double step = 0.02;  ///< of the share; doubled while the throughput grows
  };
  Thruput(Options options, std::uint64_t seed) : options_(options), draws_(seed) {}

  bool to_device(Present const&) noexcept override { return draws_.to_device(cpu_share_); }
  double period() const noexcept override { return options_.period; }
  void observe(Window const& window) noexcept override;
  double cpu_share() const { return cpu_share_; }

 private:
  int passes_wanted() const;

  Options options_;
  RandomShare draws_;
  double cpu_share_ = 1;
  int direction_ = 1;  // -2, -1, 1 or 2 steps
  int passes_ = 0;
  Window seen_;
  double last_rate_ = 0;
};

}  // namespace warpline::balance
