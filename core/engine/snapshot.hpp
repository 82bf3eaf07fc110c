// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/element/metric.hpp"
#include "core/element/metrics.hpp"
#include "core/element/port.hpp"
#include "core/engine/engine.hpp"

namespace warpline {

/// State of an engine at one moment: everything that reports, progress lines and metrics show.
/// Counters of all workers are added up. While workers run, counters of different rows may be a few
/// packets apart.
struct Snapshot {
  struct PortRow {
    std::string name;
    std::uint64_t received = 0, received_bytes = 0;
    std::uint64_t transmitted = 0, transmitted_bytes = 0;
    PortStatistics statistics{};
    std::string missed_source{};  ///< source of `statistics.missed`; empty: the port itself
  };
  struct ElementRow {
    std::string name, class_name;
    std::uint64_t batches = 0, packets = 0, bytes = 0, cycles = 0, dropped = 0;
    std::vector<Metric> metrics{};  ///< the element's own
  };
  struct DropRow {
    std::string reason;
    std::string place;  ///< the element, or the port
    std::uint64_t packets = 0;
  };
  struct DeviceRow {
    std::string name;
    std::uint64_t tasks = 0, batches = 0, packets = 0, failed = 0;
    std::uint64_t rerun = 0;  ///< packets that ran on the CPU after the device had failed
    double share = 0;         ///< of the packets that came to a segment
  };
  /// Why an element does at this moment what it does.
  struct ExplanationRow {
    std::string element;
    unsigned worker = 0;
    std::string text;
  };

  std::uint64_t taken = 0;  ///< `cycles()`
  std::size_t workers = 0;
  Totals totals{};
  std::uint64_t idle_cycles = 0;  ///< of the workers
  std::vector<PortRow> ports{};
  std::vector<ElementRow> elements{};
  std::vector<DropRow> drops{};      ///< most packets first
  std::vector<DeviceRow> devices{};  ///< empty if nothing is offloadable
  std::vector<ExplanationRow> explanations{};
  std::unique_ptr<Histogram> latency = std::make_unique<Histogram>();  ///< in cycles

  /// Quantile of the latency, receive to transmit, in microseconds; 0 if nothing was transmitted.
  double latency_us(double quantile) const;
};

/// The engine's counters now. Control thread, after `Engine::load`.
Snapshot take_snapshot(Engine const& engine);

/// All numbers of a snapshot as metrics; `labels` name the port, element, device or drop reason.
std::vector<Metric> list_metrics(Snapshot const& snapshot);

}  // namespace warpline
