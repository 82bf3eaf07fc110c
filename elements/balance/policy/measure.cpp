// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/policy/measure.hpp"

namespace warpline::balance {

void Measure::observe(Window const& window) noexcept {
  if (done_) return;
  if (tick_++ > 0 || options_.ticks == 1) seen_ += window;
  if (tick_ < options_.ticks) return;
  Line const line{cpu_share_, seen_};
  report_(line, false);
  if (index_ == 0 || line.window.rate() > best_.window.rate()) best_ = line;
  tick_ = 0;
  seen_ = {};
  done_ = cpu_share_ >= 1;
  cpu_share_ = done_ ? best_.cpu_share : std::min(1.0, ++index_ * options_.step);
  if (done_) report_(best_, true);
}

}  // namespace warpline::balance
