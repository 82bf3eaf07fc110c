// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/rules_report.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>

#include "measure/result_json.hpp"
#include "measure/table.hpp"

namespace warpline::bench {
namespace {

namespace json = boost::json;

constexpr double kMega = 1e6, kGiga = 1e9, kMebi = 1 << 20;

double gbps(RulesRun const& run) { return run.bytes * 8 / run.seconds / kGiga; }
double alerts(RulesRun const& run) { return run.alerts; }
double nanoseconds(RulesRun const& run) { return run.seconds * kGiga / run.packets; }
double other_share(RulesRun const& run) { return run.other_seconds / run.seconds; }
double longest_turn(RulesRun const& run) { return run.longest_turn_seconds; }

bool is_pipeline(RulesRow const& row) {
  return !row.runs.empty() && !row.runs.front().element_cycles.empty();
}

/// Medians, by element.
std::map<std::string, double> element_cycles(RulesRow const& row) {
  std::map<std::string, std::vector<double>> all;
  for (auto const& run : row.runs)
    for (auto const& [name, cycles] : run.element_cycles) all[name].push_back(cycles);
  std::map<std::string, double> medians;
  for (auto& [name, values] : all) medians[name] = spread_of(std::move(values)).median;
  return medians;
}

std::string deviation(Spread const& spread, std::size_t runs) {
  if (spread.median <= 0 || runs < kMinTrials) return "-";
  return fixed((spread.max - spread.min) / 2 / spread.median * 100, 0);
}

Table table_of(RulesReport const& report) {
  using enum Table::Align;
  Table table({{"", kLeft},
               {"Mpps"},
               {"±%", kRight, 3},
               {"Gbps"},
               {"cycles"},
               {"alerts", kRight, 1},
               {"turn ms", kRight, 4},
               {"ratio", kLeft}});
  for (auto const& row : report.rows) {
    if (row.runs.empty()) {
      table.add({row.name, row.absent.empty() ? "-" : row.absent});
      continue;
    }
    auto const spread = row.packets_per_second();
    auto const ratio = report.ratio(row);
    bool const pipeline = is_pipeline(row);
    table.add({row.name,
               {fixed(spread.median / kMega, 3), Style::kBold},
               deviation(spread, row.runs.size()),
               fixed(row.median(gbps), 2),
               fixed(row.median(nanoseconds) * report.common.machine.tsc_hz / kGiga, 0),
               std::isnan(row.median(alerts)) ? "" : fixed(row.median(alerts), 0),
               pipeline ? fixed(row.median(longest_turn) * 1e3, 2) : "",
               ratio > 0 ? row.compared + " " + fixed(ratio, 2) + " x" : ""});
  }
  return table;
}

json::value number(double value) {
  return std::isfinite(value) ? json::value(value) : json::value(nullptr);
}

json::object cycles_object(RulesRow const& row) {
  json::object object;
  for (auto const& [name, cycles] : element_cycles(row))
    object[name] = std::round(cycles * 10) / 10;
  return object;
}

/// A pipeline as a result like those of the other workloads.
Result result_of(RulesReport const& report, RulesRow const& row) {
  std::vector<Round> rounds;
  for (std::size_t i = 0; i < row.runs.size(); ++i) {
    auto const& run = row.runs[i];
    Round round;
    round.window.seconds = run.seconds;
    round.window.received = round.window.transmitted = static_cast<std::uint64_t>(run.packets);
    round.window.received_bytes = static_cast<std::uint64_t>(run.bytes);
    round.window.busy_cycles = run.seconds * report.common.machine.tsc_hz;
    for (auto const& other : report.rows)
      if (other.compared == row.name && other.name.starts_with("hs_scan") && i < other.runs.size())
        round.ceilings[other.name] = other.runs[i].packets_per_second();
    rounds.push_back(std::move(round));
  }
  Subject subject;
  subject.workload = "ids";
  subject.name = row.name;
  subject.sizes = "pcap";
  subject.packet_size = static_cast<double>(report.bytes) / static_cast<double>(report.packets);
  subject.device = "cpu";
  subject.labels = {"engine-only", "CPU time of one worker"};
  return summarise(std::move(subject), rounds);
}

json::object peer_object(RulesReport const& report, RulesRow const& row) {
  json::object object{{"name", row.name}, {"absent", nullptr}};
  if (row.runs.empty()) {
    object["absent"] = row.absent;
    return object;
  }
  auto const spread = row.packets_per_second();
  object["packets_per_second"] = std::round(spread.median);
  object["spread"] = {{"min", std::round(spread.min)}, {"max", std::round(spread.max)}};
  object["repeats"] = row.runs.size();
  object["gbps"] = number(row.median(gbps));
  object["alerts"] = number(row.median(alerts));
  object["compared"] = row.compared;
  object["ratio"] = number(report.ratio(row));
  if (row.pairs)
    object["pairs"] = {{"equal", row.pairs->equal},
                       {"only_here", row.pairs->only_first},
                       {"only_there", row.pairs->only_second}};
  return object;
}

/// Medians, by kind of search.
std::map<std::string, double> search_shares(RulesRow const& row) {
  std::map<std::string, std::vector<double>> all;
  for (auto const& run : row.runs)
    for (auto const& [name, share] : run.search_shares) all[name].push_back(share);
  std::map<std::string, double> medians;
  for (auto& [name, values] : all) medians[name] = spread_of(std::move(values)).median;
  return medians;
}

std::string search_text(RulesRow const& row) {
  auto const shares = search_shares(row);
  std::string text;
  double sum = 0;
  for (auto const& [name, share] : shares) {
    text += (text.empty() ? "" : ", ") + name + " " + fixed(share * 100, 1) + " %";
    sum += share;
  }
  if (sum == 0) return {};
  return row.name + ", search: " + fixed(sum * 100, 1) + " % of IDS (" + text + ");\n  " +
         fixed((1 - shares.at("payloads")) * 100, 1) +
         " % stays on the worker if a device searches the payloads\n";
}

std::string pairs_text(RulesRow const& row) {
  auto const& pairs = *row.pairs;
  auto text = row.compared + " and " + row.name + ": " + with_commas(pairs.equal) +
              " pairs of flow and rule are equal";
  if (pairs.none()) return text + "\n";
  return text + ",\n  " + with_commas(pairs.only_first) + " and " + with_commas(pairs.only_second) +
         " are of one alone: the ratio does not count\n";
}

}  // namespace

Spread RulesRow::packets_per_second() const {
  std::vector<double> rates;
  for (auto const& run : runs) rates.push_back(run.packets_per_second());
  return spread_of(std::move(rates));
}

double RulesRow::median(double (*value)(RulesRun const&)) const {
  std::vector<double> values;
  for (auto const& run : runs) values.push_back(value(run));
  return spread_of(std::move(values)).median;
}

RulesRow const* RulesReport::find(std::string const& name) const {
  auto const row =
      std::find_if(rows.begin(), rows.end(), [&](auto const& each) { return each.name == name; });
  return row == rows.end() ? nullptr : &*row;
}

double RulesReport::ratio(RulesRow const& row) const {
  auto const* const compared = find(row.compared);
  if (compared == nullptr) return 0;
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(row.runs.size(), compared->runs.size()); ++i)
    ratios.push_back(compared->runs[i].packets_per_second() / row.runs[i].packets_per_second());
  return spread_of(std::move(ratios)).median;
}

std::string rules_report_text(RulesReport const& report, std::FILE* file) {
  std::string text;
  for (auto const& note : report.common.notes) text += note + "\n";
  auto const& load = report.load;
  text += "\n" + styled("ids rules", Style::kBold, file) + ", 1 worker; " + report.capture + ": " +
          with_commas(report.packets) + " packets, " + with_commas(report.bytes) + " bytes\n";
  text += "rules: " + with_commas(load.loaded) + " loaded, " + with_commas(load.skipped) +
          " skipped, " + with_commas(load.refused) + " refused; " + with_commas(load.patterns) +
          " patterns\n";
  text += "load: " + fixed(load.cold_cpu_seconds, 2) + " s of CPU time, from the cache " +
          fixed(load.cached_cpu_seconds, 2) + " s; " +
          fixed(static_cast<double>(load.memory_bytes) / kMebi, 0) + " MiB\n";
  text += table_of(report).text(file);
  for (auto const& row : report.rows) {
    if (!is_pipeline(row)) continue;
    text += row.name + ", cycles/pkt:";
    for (auto const& [name, cycles] : element_cycles(row))
      text += " " + name + " " + fixed(cycles, 0);
    text += "; other threads " + fixed(row.median(other_share) * 100, 0) + " % of its time\n";
    text += search_text(row);
  }
  for (auto const& row : report.rows)
    if (row.pairs) text += pairs_text(row);
  return text;
}

json::object rules_report_json(RulesReport const& report) {
  auto common = report.common;
  json::array peers;
  std::vector<RulesRow const*> pipelines;
  for (auto const& row : report.rows) {
    if (!is_pipeline(row)) {
      peers.push_back(peer_object(report, row));
      continue;
    }
    pipelines.push_back(&row);
    common.results.push_back(result_of(report, row));
  }
  auto object = to_json(common);
  auto& results = object["results"].as_array();
  for (std::size_t i = 0; i < pipelines.size(); ++i) {
    auto const& row = *pipelines[i];
    auto& result = results[i].as_object();
    result["latency_us"] = nullptr;
    result["alerts"] = number(row.median(alerts));
    result["element_cycles"] = cycles_object(row);
    auto& shares = result["search_shares"].emplace_object();
    for (auto const& [name, share] : search_shares(row)) shares[name] = number(share);
    result["longest_turn_seconds"] = number(row.median(longest_turn));
    result["other_threads_share"] = number(row.median(other_share));
  }
  auto const& load = report.load;
  object["peers"] = std::move(peers);
  object["capture"] = {
      {"file", report.capture}, {"packets", report.packets}, {"bytes", report.bytes}};
  object["rules"] = {{"files", json::array(load.files.begin(), load.files.end())},
                     {"loaded", load.loaded},
                     {"skipped", load.skipped},
                     {"refused", load.refused},
                     {"patterns", load.patterns},
                     {"load_cpu_seconds", load.cold_cpu_seconds},
                     {"cached_load_cpu_seconds", load.cached_cpu_seconds},
                     {"memory_bytes", load.memory_bytes}};
  return object;
}

}  // namespace warpline::bench
