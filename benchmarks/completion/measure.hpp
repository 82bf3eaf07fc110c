// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

#include "benchmarks/completion/rig.hpp"
#include "benchmarks/report/report.hpp"
#include "gpu/stream/stream_device.hpp"

namespace warpline::bench {

/// Durations and devices of the completion benchmark.
struct CompletionPlan {
  std::chrono::duration<double> window{0.3};  ///< of one case
  /// Opens a device with this completion mechanism.
  std::function<std::unique_ptr<stream::StreamDevice>(stream::Options const&)> open;
  std::string device;  ///< its name in the rows
};

/// One task at a time: from its end (on CUDA: from its submission) to its handler.
void measure_latency(CompletionPlan const& plan, Rows& rows);
/// Several tasks in flight on each of 1, 4 and 16 lanes: rate, cost of starting one, CPU time.
void measure_rates(CompletionPlan const& plan, Rows& rows);
/// A coroutine that waits for each task, with and without first checking for its completion.
void measure_asking_again(CompletionPlan const& plan, Rows& rows);
/// Start and completion with a single thread: the worker's own cost. False if that is more than 100
/// ns or allocates.
bool measure_own_cost(CompletionPlan const& plan, Rows& rows);

/// The quantile `share` of the samples; reorders them.
double quantile(std::vector<std::uint32_t>& samples, double share);
/// The cost of reading the clock twice, in cycles.
double clock_cost();
double nanoseconds(double cycles);

}  // namespace warpline::bench
