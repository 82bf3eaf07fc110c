// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include "benchmarks/report/report.hpp"

/// The speed of a CUDA device and its connection to the host, without the engine, and of the
/// elements' kernels with data on the device.
namespace warpline::bench {

/// Copies between pinned memory and the device, one way and both at once.
void measure_copies(Rows& rows);
/// Kernels that read and write pinned memory of the host in place.
void measure_pinned_access(Rows& rows);
/// The cost of starting work: call by call, and as one graph.
void measure_launches(Rows& rows);
/// Time from the submission of an empty kernel until the host sees its completion, by mechanism.
void measure_notices(Rows& rows);
/// Every element's kernel on packets in device memory, compared with a calculated minimum.
void measure_kernels(Rows& rows);

/// The median of the values; 0 without any.
inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}
inline double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  auto const index = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  return values[std::min(index, values.size() - 1)];
}

inline double microseconds_now() {
  return std::chrono::duration<double, std::micro>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace warpline::bench
