// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/clock.hpp"

#include <chrono>
#include <thread>

namespace warpline {

double cycles_per_second() {
  static double const rate = [] {
    using Clock = std::chrono::steady_clock;
    auto const start = Clock::now();
    auto const first = cycles();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    auto const last = cycles();
    std::chrono::duration<double> const elapsed = Clock::now() - start;
    return static_cast<double>(last - first) / elapsed.count();
  }();
  return rate;
}

std::uint64_t wall_clock_ns() {
  auto const now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
}

}  // namespace warpline
