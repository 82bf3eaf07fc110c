// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "elements/balance/policy/shares.hpp"
#include "tests/elements/balance/pair_cases.hpp"

namespace warpline::test {

/// A share that stays what it is.
class FixedShare final : public balance::Policy {
 public:
  explicit FixedShare(double cpu_share) : cpu_share_(cpu_share), draws_(7) {}
  bool to_device(balance::Present const&) noexcept override { return draws_.to_device(cpu_share_); }
  double period() const noexcept override { return 0.1; }
  void observe(balance::Window const&) noexcept override {}

 private:
  double cpu_share_;
  balance::RandomShare draws_;
};

/// Packets a second of a fixed share, when it has settled.
inline double rate_of_share(PairCosts const& costs, double cpu_share) {
  FixedShare policy(cpu_share);
  SimulatedPair pair(costs, policy);
  pair.run(0.03);
  return pair.run(0.12).rate();
}

/// What a sweep by hand finds.
struct Sweep {
  double best = 0, best_share = 0, cpu = 0, device = 0;
  double better_end() const { return std::max(cpu, device); }
};
inline Sweep sweep_of(PairCosts const& costs) {
  Sweep sweep;
  for (int i = 0; i <= 20; ++i) {
    auto const share = i / 20.0;
    auto const rate = rate_of_share(costs, share);
    if (rate > sweep.best) sweep.best = rate, sweep.best_share = share;
    if (i == 0) sweep.device = rate;
    if (i == 20) sweep.cpu = rate;
  }
  return sweep;
}

}  // namespace warpline::test
