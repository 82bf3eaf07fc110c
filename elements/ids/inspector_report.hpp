// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "core/element/metric.hpp"
#include "core/element/metrics.hpp"
#include "elements/ids/detect/detector.hpp"
#include "elements/ids/event_output.hpp"

namespace warpline::ids {

/// The metrics of one worker of an element `IDS`.
class InspectorMetrics {
 public:
  /// Copies the counters of the detector. `shared`: null for all workers but the first, since all
  /// share its counters. `search_cycles`: of searches in batches, on the CPU. The worker's thread.
  void publish(Detector const& detector, SharedState const* shared,
               std::uint64_t search_cycles) noexcept;
  /// What was published last. Any thread.
  std::vector<Metric> list() const;

 private:
  static constexpr std::size_t kCount = 18;
  std::array<Counter, kCount> counters_;
};

/// Writes the event `stats` of EVE, with the names of Suricata's counters. The worker's thread.
void write_stats(Detector const& detector, EventOutput& output);

}  // namespace warpline::ids
