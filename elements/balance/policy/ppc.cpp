// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/policy/ppc.hpp"

namespace warpline::balance {

void Ppc::observe(Window const& window) noexcept {
  costs_.observe(window);
  if (!costs_.known()) return;
  auto const estimate = own_share_ * costs_.own() + (1 - own_share_) * costs_.device();
  if (last_estimate_ == 0)
    own_share_ = costs_.own() < costs_.device() ? 1 : 0;
  else {
    if (estimate >= last_estimate_) step_ = -step_;
    own_share_ = std::clamp(own_share_ + step_, 0.0, 1.0);
  }
  last_estimate_ = estimate;
}

}  // namespace warpline::balance
