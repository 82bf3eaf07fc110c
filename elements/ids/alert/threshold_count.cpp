// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/alert/threshold_count.hpp"

namespace warpline::ids {

ThresholdOutcome ThresholdCount::count(Threshold const& threshold, std::uint64_t now_us) {
  using enum ThresholdOutcome;
  using Type = Threshold::Type;
  bool const backoff = threshold.type == Type::kBackoff;
  // Packets of other workers may be older than the one that began the window. If they are older by a
  // window, the clock was set back: the count would otherwise wait until that time comes again.
  auto const window_us = threshold.seconds * std::uint64_t{1'000'000};
  bool const near = now_us <= begin_us + window_us && begin_us <= now_us + window_us;
  bool const in_window = begun && (backoff || near);
  if (!in_window) {
    begun = true;
    begin_us = now_us;
    matches = 0;
    next = threshold.count;
  }
  matches = saturated_sum(matches, 1);
  switch (threshold.type) {
    case Type::kLimit:
      return matches <= threshold.count ? kAlert : kSuppressed;
    case Type::kThreshold:
      if (matches < threshold.count) return kNothing;
      matches = 0;
      return kAlert;
    case Type::kBoth:
      if (matches < threshold.count) return kNothing;
      return matches == threshold.count ? kAlert : kSuppressed;
    case Type::kDetectionFilter:
      return matches > threshold.count ? kAlert : kNothing;
    case Type::kBackoff:
      if (matches != next) return kSuppressed;
      next = saturated(std::uint64_t{next} * threshold.multiplier);
      return kAlert;
  }
  return kNothing;
}

}  // namespace warpline::ids
