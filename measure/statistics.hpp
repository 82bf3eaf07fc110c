// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

namespace warpline::bench {

/// With fewer trials a spread means nothing, so no verdict uses it.
inline constexpr unsigned kMinTrials = 3;

/// The median and the range of several measurements.
struct Spread {
  double median = 0, min = 0, max = 0;
  friend bool operator==(Spread const&, Spread const&) = default;
};

/// The median of an even number of values is the mean of the two in the middle; all 0 without
/// values.
inline Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  auto const half = values.size() / 2;
  auto const median = values.size() % 2 != 0 || values[half - 1] == values[half]
                          ? values[half]
                          : (values[half - 1] + values[half]) / 2;
  return {median, values.front(), values.back()};
}

}  // namespace warpline::bench
