// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "elements/balance/policy/packet_costs.hpp"
#include "elements/balance/policy/shares.hpp"

namespace warpline::balance {

/// Minimizes the mean cost of a packet, computed from its cost on either side.
class Ppc final : public Policy {
 public:
  struct Options {
    double period = 0.2;
    double step = 0.05;
    unsigned depth = 32;  ///< batches that go to the device in a row
  };
  explicit Ppc(Options options) : options_(options), step_(options.step), runs_(options.depth) {}

  bool to_device(Present const&) noexcept override { return runs_.to_device(cpu_share_); }
  double period() const noexcept override { return options_.period; }
  void observe(Window const& window) noexcept override;
  double cpu_share() const { return cpu_share_; }

 private:
  Options options_;
  double step_;  // signed
  RunShare runs_;
  PacketCosts costs_;
  double cpu_share_ = 0.5;  // until both costs are known
  double last_estimate_ = 0;
};

}  // namespace warpline::balance
