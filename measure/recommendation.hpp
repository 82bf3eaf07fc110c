// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "measure/result.hpp"

namespace warpline::bench {

/// Two rates whose medians differ by no more than this factor count as equal.
inline constexpr double kMaxEqualFactor = 1.2;

/// The outcome among the CPU and the devices at one packet size.
struct SizeVerdict {
  std::string sizes;    ///< as in `Subject::sizes`
  std::string fastest;  ///< the CPU or a device, by median rate
  std::string second;   ///< the next one
  double factor = 1;  ///< median rate of `fastest` / that of `second`; infinite if the latter is 0
  bool ranges_overlap = false;  ///< the slowest trial of `fastest` does not beat all of `second`'s

  bool has_winner() const { return factor > kMaxEqualFactor; }
};

/// One verdict for each packet size for which at least two of the CPU and the devices were
/// measured, each in at least `kMinTrials` trials. Balancers do not compete. `results`: those of
/// one case.
std::vector<SizeVerdict> verdicts(std::span<Result const> results);

/// Conclusions about one case, a sentence each: the verdicts, grouped by winner; then the
/// comparison of each balancer with the best of the CPU and the devices. Empty if nothing can be
/// compared, or if there were fewer than `kMinTrials` trials. `results`: those of one case.
std::vector<std::string> recommendation(std::span<Result const> results);

/// A sentence for readers if some results have fewer than `kMinTrials` trials; otherwise empty.
std::string trials_note(std::span<Result const> results);

}  // namespace warpline::bench
