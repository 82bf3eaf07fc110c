// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/policy/ppc.hpp"

namespace warpline::balance {

void Ppc::observe(Window const& window) noexcept {
  costs_.observe(window);
  if (!costs_.known()) return;
  auto const estimate = cpu_share_ * costs_.cpu() + (1 - cpu_share_) * costs_.device();
  if (last_estimate_ == 0)
    cpu_share_ = costs_.cpu() < costs_.device() ? 1 : 0;
  else {
    if (estimate >= last_estimate_) step_ = -step_;
    cpu_share_ = std::clamp(cpu_share_ + step_, 0.0, 1.0);
  }
  last_estimate_ = estimate;
}

}  // namespace warpline::balance
