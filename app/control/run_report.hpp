// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "core/engine/snapshot.hpp"

namespace warpline::app {

/// Results of a run. Created after the workers have ended.
struct RunReport {
  struct OutputRow {
    std::string path, unit;
    std::uint64_t written, lost, clamped_times;
    std::string error;  ///< reason of the last write that failed; empty if none has
  };

  double seconds = 0;
  Snapshot snapshot{};
  std::vector<OutputRow> outputs{};  ///< files written; see `add_outputs`
};

RunReport make_report(Engine const& engine, double seconds);

/// `received 10 = transmitted 8 + dropped 2 + in flight 0`, with `+ created` if copies were made.
std::string conservation(Totals const& totals);

/// The tables and the conservation line.
void print_report(RunReport const& report, std::FILE* file);

boost::json::object to_json(RunReport const& report);

}  // namespace warpline::app
