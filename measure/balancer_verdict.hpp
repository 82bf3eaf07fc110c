// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "measure/result.hpp"

namespace warpline::bench {

/// Returns whether `device` in a result names a balancer (`adaptive`, `mix`) and not the CPU or a
/// device.
bool is_balancer(std::string const& device);

/// The judgement of a balancer at one packet size.
struct BalancerVerdict {
  std::string sentence;  ///< `adaptive stays on the CPU, rightly,`
  std::string factor;    ///< below the fastest one's rate, as text; empty if about as fast
};

/// Compares a balancer with the CPU and the devices alone. `ranked`: their results at the same
/// size, the fastest first, at least one.
BalancerVerdict judge_balancer(Result const& balancer, std::span<Result const* const> ranked);

/// A ratio of rates for people: `1.35x`, `65.3x`.
std::string factor_text(double factor);

}  // namespace warpline::bench
