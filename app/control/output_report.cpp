// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/output_report.hpp"

#include <algorithm>
#include <cstring>

#include "measure/table.hpp"

namespace warpline::app {

void add_outputs(RunReport& report, OutputFiles const& outputs) {
  for (auto const& file : outputs.all) {
    report.outputs.push_back(
        {file->path(), file->unit(), file->written(), file->lost(), file->clamped_times(),
         file->last_error() == 0 ? std::string() : std::strerror(file->last_error())});
    auto const revoked = file->revoked(), bytes = file->revoked_bytes();
    if (revoked == 0) continue;
    report.snapshot.totals.transmitted -= revoked;
    report.snapshot.totals.transmitted_bytes -= bytes;
    report.snapshot.totals.dropped += revoked;
    report.snapshot.drops.push_back({"write_failed", "port " + file->owner(), revoked});
    for (auto& port : report.snapshot.ports) {
      if (port.name != file->owner()) continue;
      port.transmitted -= revoked;
      port.transmitted_bytes -= bytes;
    }
  }
  std::stable_sort(report.snapshot.drops.begin(), report.snapshot.drops.end(),
                   [](auto const& a, auto const& b) { return a.packets > b.packets; });
}

void print_outputs(RunReport const& report, std::FILE* file) {
  auto const complete = [](auto const& row) { return row.lost == 0 && row.error.empty(); };
  if (std::all_of(report.outputs.begin(), report.outputs.end(), complete)) return;
  using Align = Table::Align;
  Table table({{"file", Align::kLeft},
               {"of", Align::kLeft},
               {"written"},
               {"lost"},
               {"last error", Align::kLeft}});
  for (auto const& row : report.outputs)
    table.add({row.path,
               row.unit + "s",
               with_commas(row.written),
               {with_commas(row.lost), row.lost > 0 ? Style::kBad : Style::kPlain},
               row.error});
  std::fputc('\n', file);
  table.print(file);
}

boost::json::array outputs_json(RunReport const& report) {
  boost::json::array outputs;
  for (auto const& row : report.outputs)
    outputs.push_back({{"file", row.path},
                       {"unit", row.unit},
                       {"written", row.written},
                       {"lost", row.lost},
                       {"clamped_times", row.clamped_times},
                       {"error", row.error}});
  return outputs;
}

}  // namespace warpline::app
