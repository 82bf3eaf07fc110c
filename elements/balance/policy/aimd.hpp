// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "elements/balance/policy/policy.hpp"
#include "elements/balance/policy/shares.hpp"

namespace warpline::balance {

/// Reduces the load of a busy worker by large steps, and increases it by small ones.
class Aimd final : public Policy {
 public:
  struct Options {
    double period = 0.1;
    double overload = 0.98;  ///< busier than this: halve the CPU's share
    double busy = 0.9;       ///< busier than this: lower it by `decrease`
    double decrease = 0.2;
    double increase = 0.01;  ///< always
  };
  Aimd(Options options, std::uint64_t seed) : options_(options), draws_(seed) {}

  bool to_device(Present const&) noexcept override { return draws_.to_device(cpu_share_); }
  double period() const noexcept override { return options_.period; }
  void observe(Window const& window) noexcept override {
    auto const busy = 1 - window.idle_share();
    if (busy > options_.overload)
      cpu_share_ /= 2;
    else if (busy > options_.busy)
      cpu_share_ -= options_.decrease;
    cpu_share_ = std::clamp(cpu_share_ + options_.increase, 0.0, 1.0);
  }
  double cpu_share() const { return cpu_share_; }

 private:
  Options options_;
  RandomShare draws_;
  double cpu_share_ = 1;
};

}  // namespace warpline::balance
