// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/engine.hpp"

namespace warpline::app {

/// What a run did: the counters of all workers added up. Taken after the workers have ended.
struct RunReport {
  struct PortRow {
    std::string name;
    std::uint64_t received, received_bytes, transmitted, transmitted_bytes;
    PortStatistics statistics;
    std::string missed_from;  ///< the counter behind `statistics.missed`; empty: the port's own
  };
  struct ElementRow {
    std::string name, class_name;
    std::uint64_t batches, packets, bytes, cycles, dropped;
    std::vector<std::pair<std::string, std::uint64_t>> statistics;  ///< what it counts by itself
  };
  struct ReasonRow {
    std::string element;
    unsigned worker;
    std::string text;
  };
  struct DropRow {
    std::string reason, element;
    std::uint64_t packets;
  };
  struct DeviceRow {
    std::string name;
    std::uint64_t tasks, batches, packets, failed;
    std::uint64_t rerun;  ///< packets that ran on the own core since the device had failed
    double share;         ///< of the packets that came to an offloadable segment
  };

  struct OutputRow {
    std::string path, unit;
    std::uint64_t written, lost, clamped_times;
    std::string error;  ///< reason of the last write that failed; empty if none has
  };

  double seconds = 0;
  std::size_t workers = 0;
  Totals totals;
  std::vector<PortRow> ports;
  std::vector<ElementRow> elements;
  std::vector<ReasonRow> reasons;  ///< why elements did what they did in the end
  std::vector<DropRow> drops;      ///< most packets first
  std::vector<DeviceRow> devices;  ///< empty where nothing is offloadable
  std::vector<OutputRow> outputs;  ///< files written; see `add_outputs`
  double p50_us = 0, p99_us = 0;   ///< receive to transmit; 0 where nothing was transmitted
};

/// `ports` and `devices` are those that the engine was made with.
RunReport make_report(Engine const& engine, PortSet const& ports, DeviceSet const& devices,
                      double seconds);

/// `received 10 = transmitted 8 + dropped 2 + in flight 0`, with `+ created` where copies were
/// made.
std::string conservation(Totals const& totals);

/// The tables and the conservation line.
void print_report(RunReport const& report, std::FILE* file);

boost::json::object to_json(RunReport const& report);

}  // namespace warpline::app
