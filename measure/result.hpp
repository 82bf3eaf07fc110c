// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "measure/machine.hpp"
#include "measure/statistics.hpp"
#include "measure/window.hpp"

namespace warpline::bench {

/// What was measured: one pipeline with one kind of traffic on one device.
struct Subject {
  std::string workload;    ///< `ipsec`, `ids` or `l2fwd`
  std::string name;        ///< the suite, the kind of payload, or the kind of port
  std::string sizes;       ///< as asked for: `64`, `imix`
  double packet_size = 0;  ///< mean bytes of a frame, from the Ethernet header, without FCS
  std::string device;      ///< `cpu`, `adaptive`, `mix`, or the name of a device
  unsigned workers = 1;
  std::vector<std::string> labels;  ///< a note for readers, e.g. `engine-only`
};

/// One repeat: the pipeline, and right before or after it on the same core its ceilings.
struct Round {
  Window window;
  std::map<std::string, double> ceilings;  ///< packets/s of each raw library, by its name
  /// Packets/s of a pipeline that does nothing to the same traffic; 0: none.
  double source_sink = 0;
};

/// A case in the report. All numbers are medians over the repeats, unless stated otherwise.
struct Result {
  Subject subject;
  unsigned repeats = 0;
  Spread packets_per_second;
  double gbps = 0;               ///< received frames, without FCS, preamble and gap
  double cycles_per_packet = 0;  ///< of all workers, time-stamp counter, waiting not counted
  double p50_us = 0, p99_us = 0;
  std::map<std::string, std::uint64_t> dropped;  ///< by reason, sum over the repeats
  std::map<std::string, double> device_share;    ///< of the packets that a device could work on
  std::string explanation;  ///< the balancer's reason for its split in the last repeat; empty: none
  std::map<std::string, double> ceilings;  ///< packets/s of each raw library, by its name
  std::string ceiling_name;                ///< the fastest of them; empty: none
  std::optional<double> ceiling;           ///< its packets/s
  std::optional<double> source_sink;       ///< packets/s
  /// The median of the ratios of the repeats, because a disturbance of a repeat affects both its
  /// sides.
  std::optional<double> share_of_ceiling;
  /// The same without the time of source and sink in the pipeline; on the CPU only.
  std::optional<double> net_share_of_ceiling;

  std::uint64_t dropped_total() const;
};

/// Of several ceilings the one with the highest median over the rounds counts.
Result summarise(Subject subject, std::span<Round const> rounds);

/// Runs of results of the same workload and case, in order.
std::vector<std::span<Result const>> by_case(std::span<Result const> results);

/// All that one invocation measured.
struct Report {
  Machine machine;
  std::vector<std::string> command;
  std::string started;             ///< UTC, RFC 3339
  double window_seconds = 0;       ///< length of one repeat's window
  std::vector<std::string> notes;  ///< hold for every result
  std::vector<Result> results;
  bool complete = true;  ///< false: it ended before everything was measured
};

}  // namespace warpline::bench
