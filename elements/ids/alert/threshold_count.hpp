// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "elements/ids/rules/rule.hpp"

namespace warpline::ids {

/// A number of 32 bits, or the largest one.
constexpr std::uint32_t saturated(std::uint64_t value) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, 0xffffffff));
}
constexpr std::uint32_t saturated_sum(std::uint32_t a, std::uint32_t b) {
  return saturated(std::uint64_t{a} + b);
}

/// What a threshold makes of a match.
enum class ThresholdOutcome : std::uint8_t {
  kAlert,       ///< the rule alerts and acts
  kSuppressed,  ///< it acts (drop, reject) and does not alert
  kNothing,     ///< it neither alerts nor acts
};

/// The matches of one rule for one tracked address, pair, flow or rule. A window begins with its
/// first match and includes both of its ends. One thread at a time.
struct ThresholdCount {
  std::uint64_t begin_us = 0;  ///< of the window
  std::uint32_t matches = 0;   ///< in it, since the last alert with `threshold`
  std::uint32_t next = 0;      ///< with `backoff`: the match that alerts next
  bool begun = false;

  /// Counts a match at `now_us` (microseconds) and decides about it.
  ThresholdOutcome count(Threshold const& threshold, std::uint64_t now_us);
};

}  // namespace warpline::ids
