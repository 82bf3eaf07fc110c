// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/policy/adaptive_global.hpp"

namespace warpline::balance {

void AdaptiveGlobal::observe(Window const& window) noexcept {
  if (!decides_) return;
  costs_.observe(window);
  if (!costs_.known()) return;
  auto const difference = costs_.cpu() - costs_.device();
  if (std::abs(difference) <= options_.tolerance * (costs_.cpu() + costs_.device()) / 2) return;
  auto const share = cpu_share() + (difference > 0 ? -options_.step : options_.step);
  // Some packets always go each way, so that both costs stay known.
  cpu_share_->store(std::clamp(share, options_.step, 1 - options_.step), std::memory_order_relaxed);
}

}  // namespace warpline::balance
