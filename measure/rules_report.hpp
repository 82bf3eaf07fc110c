// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "measure/alert_pairs.hpp"
#include "measure/result.hpp"

namespace warpline::bench {

/// The work of one thread on a capture: of a pipeline, a library or another program. Times are CPU
/// times, so that other load on the machine does not count.
struct RulesRun {
  double packets = 0, bytes = 0;  ///< of all measured passes
  double seconds = 0;             ///< of the thread
  double other_seconds = 0;  ///< of the program's other threads meanwhile: alerts are written there
  double alerts = 0;         ///< in a pass
  double longest_turn_seconds = 0;
  std::map<std::string, double> element_cycles;  ///< per packet, by class
  /// Of the cycles of `IDS`, by kind: `payloads`, which a device can search, `streams` and `buffers`.
  std::map<std::string, double> search_shares;
  AlertPairs pairs;  ///< of flows and rules

  double packets_per_second() const { return packets / seconds; }
};

/// A line of the report. Runs of the same index belong to one round.
struct RulesRow {
  std::string name;
  /// The row that is compared with this one: its packets/s divided by those of this row. Empty: none.
  std::string compared;
  std::string absent;  ///< why it was not measured; empty: it was
  std::vector<RulesRun> runs;
  /// Of the compared row's alerts and this one's, in the last round. Empty if the two have different
  /// rules.
  std::optional<PairDifference> pairs{};

  Spread packets_per_second() const;
  /// Median over the runs.
  double median(double (*value)(RulesRun const&)) const;
};

/// What loading the rules took and gave.
struct RulesLoad {
  std::vector<std::string> files;
  std::size_t loaded = 0, skipped = 0, refused = 0, patterns = 0;
  double cold_cpu_seconds = 0;    ///< with an empty cache
  double cached_cpu_seconds = 0;  ///< with the cache that this has filled
  std::uint64_t memory_bytes = 0;
};

/// All that `bench ids --rules` measured.
struct RulesReport {
  Report common;  ///< all but its results
  std::string capture;
  std::uint64_t packets = 0, bytes = 0;  ///< of the capture
  RulesLoad load;
  std::vector<RulesRow> rows;

  RulesRow const* find(std::string const& name) const;
  /// The median of the ratios of the rounds; 0 if the row is compared with none.
  double ratio(RulesRow const& row) const;
};

/// The report for readers; `file`: where it is printed.
std::string rules_report_text(RulesReport const& report, std::FILE* file);

/// The report with the fields of `to_json`; pipelines are among its `results`, with more fields.
boost::json::object rules_report_json(RulesReport const& report);

}  // namespace warpline::bench
