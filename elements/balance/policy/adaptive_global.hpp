// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>

#include "elements/balance/policy/packet_costs.hpp"
#include "elements/balance/policy/shares.hpp"

namespace warpline::balance {

/// One share for all workers, moved by one of them towards the side on which packets cost less.
class AdaptiveGlobal final : public Policy {
 public:
  struct Options {
    double period = 0.1;
    double step = 0.01;
    double tolerance = 0.05;  ///< costs that differ by less count as equal
  };
  /// `cpu_share`: of all workers; `decides`: whether this one moves it.
  AdaptiveGlobal(Options options, std::uint64_t seed,
                 std::shared_ptr<std::atomic<double>> cpu_share, bool decides)
      : options_(options), draws_(seed), cpu_share_(std::move(cpu_share)), decides_(decides) {}

  bool to_device(Present const&) noexcept override { return draws_.to_device(cpu_share()); }
  double period() const noexcept override { return options_.period; }
  void observe(Window const& window) noexcept override;
  double cpu_share() const { return cpu_share_->load(std::memory_order_relaxed); }

 private:
  Options options_;
  RandomShare draws_;
  std::shared_ptr<std::atomic<double>> cpu_share_;
  bool decides_;
  PacketCosts costs_;
};

}  // namespace warpline::balance
