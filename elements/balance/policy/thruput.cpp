// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/policy/thruput.hpp"

namespace warpline::balance {

// The more is offloaded, the longer a new share takes to have an effect.
int Thruput::passes_wanted() const {
  if (cpu_share_ < 0.2) return 32;
  if (cpu_share_ < 0.5) return 16;
  if (cpu_share_ < 0.7) return 8;
  return 2;
}

void Thruput::observe(Window const& window) noexcept {
  seen_ += window;
  if (++passes_ < passes_wanted()) return;
  auto const rate = seen_.rate();
  seen_ = {};
  passes_ = 0;
  auto const sign = direction_ > 0 ? 1 : -1;
  if (rate > last_rate_)
    direction_ = 2 * sign;
  else
    direction_ = direction_ == 2 * sign ? sign : -sign;
  last_rate_ = rate;
  cpu_share_ += options_.step * direction_;
  if (cpu_share_ >= 1) cpu_share_ = 1, direction_ = -1;
  if (cpu_share_ <= 0) cpu_share_ = 0, direction_ = 1;
}

}  // namespace warpline::balance
