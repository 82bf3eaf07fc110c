// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/balancer_verdict.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "measure/recommendation.hpp"
#include "measure/table.hpp"

namespace warpline::bench {
namespace {

// An adaptive balancer sends a few percent elsewhere, to notice when that becomes better.
constexpr double kMinWholeShare = 0.9;

/// The device that got nearly all packets; empty if they were split.
std::string whole_device(Result const& balancer) {
  for (auto const& [device, share] : balancer.device_share)
    if (share >= kMinWholeShare) return device;
  return {};
}

/// Returns whether `device` is the fastest, or about as fast as the fastest.
bool is_among_best(std::string const& device, std::span<Result const* const> ranked) {
  auto const best = ranked.front()->packets_per_second.median;
  return std::any_of(ranked.begin(), ranked.end(), [&](auto const* rival) {
    return rival->subject.device == device &&
           rival->packets_per_second.median * kMaxEqualFactor >= best;
  });
}

std::string place(std::string const& device) {
  return device == "cpu" ? " stays on the CPU" : " moves to " + device;
}

}  // namespace

bool is_balancer(std::string const& device) { return device == "adaptive" || device == "mix"; }

std::string factor_text(double factor) {
  if (std::isinf(factor)) return "by any factor";
  return fixed(factor, factor < 10 ? 2 : 1) + "x";
}

BalancerVerdict judge_balancer(Result const& balancer, std::span<Result const* const> ranked) {
  auto const& best = *ranked.front();
  auto const best_rate = best.packets_per_second.median;
  auto const rate = balancer.packets_per_second.median;
  auto const& name = balancer.subject.device;
  if (rate > best_rate * kMaxEqualFactor)
    return {name + " gains over " + best.subject.device + " alone:",
            best_rate > 0 ? factor_text(rate / best_rate)
                          : factor_text(std::numeric_limits<double>::infinity())};
  if (rate * kMaxEqualFactor < best_rate)
    return {name + " loses to " + best.subject.device + " alone:", factor_text(rate / best_rate)};
  auto const device = whole_device(balancer);
  if (device.empty()) return {name + " splits, as fast as " + best.subject.device + " alone,", {}};
  // Whether the choice is right is known only if another device was measured too.
  auto const rightly = ranked.size() >= 2 && is_among_best(device, ranked);
  return {name + place(device) + (rightly ? ", rightly," : ","), {}};
}

}  // namespace warpline::bench
