// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#if defined(__x86_64__)
#include <x86intrin.h>
#else
#include <chrono>
#endif

namespace warpline {

/// The time-stamp counter: monotonic, the same on all cores, about 20 cycles to read.
inline std::uint64_t cycles() {
#if defined(__x86_64__)
  return __rdtsc();
#else
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

/// `cycles()` per second, measured once against the steady clock (20 ms) on the first call.
double cycles_per_second();

/// The time of day in nanoseconds since 1970, UTC.
std::uint64_t wall_clock_ns();

/// Lets the other hyper-thread of the core run for a moment.
inline void relax() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

}  // namespace warpline
