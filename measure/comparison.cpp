// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/comparison.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <map>
#include <vector>

#include "core/base/error.hpp"
#include "measure/statistics.hpp"
#include "measure/table.hpp"

namespace warpline::bench {
namespace {

namespace json = boost::json;

struct Row {
  std::string workload, name, sizes, device;
  double median = 0, min = 0, max = 0;
  unsigned trials = 0;

  std::string key() const { return workload + '\n' + name + '\n' + sizes + '\n' + device; }
};

std::vector<Row> rows(json::value const& report) {
  std::vector<Row> all;
  for (auto const& result : report.at("results").as_array()) {
    auto const text = [&](char const* field) { return std::string(result.at(field).as_string()); };
    auto const& spread = result.at("spread");
    Row row{text("workload"), text("case"), text("sizes"), text("device")};
    row.device += " " + std::to_string(result.at("workers").to_number<int>());
    row.median = result.at("packets_per_second").to_number<double>();
    row.min = spread.at("min").to_number<double>();
    row.max = spread.at("max").to_number<double>();
    row.trials = result.at("repeats").to_number<unsigned>();
    all.push_back(std::move(row));
  }
  return all;
}

std::string mpps(double rate) { return fixed(rate / 1e6, rate < 1e6 ? 3 : 2); }

/// Reports of older programs do not have the field.
bool is_complete(json::value const& report) {
  auto const* complete = report.as_object().if_contains("complete");
  return complete == nullptr || complete->as_bool();
}

std::string machine(json::value const& report) {
  auto const& machine = report.at("machine");
  auto const& versions = machine.at("versions").as_object();
  auto const* version = versions.if_contains("warpline");
  return std::string(machine.at("cpu").as_string()) + ", " +
         (version != nullptr ? std::string(version->as_string()) : "?") + ", " +
         std::string(report.at("started").as_string()) +
         (is_complete(report) ? "" : ", incomplete");
}

/// The line about cases that only one side has; empty if there are none.
std::string only_in(std::size_t count, char const* side) {
  if (count == 0) return {};
  return std::to_string(count) + (count == 1 ? " case is" : " cases are") + " only in " + side +
         "\n";
}

}  // namespace

json::value load_report(std::string const& path) {
  auto const source = read_source(path);
  json::error_code error;
  auto report = json::parse(source->text, error);
  if (error) throw ConfigError(path + ": not JSON: " + error.message());
  try {
    if (report.at("format").to_number<int>() != 1)
      throw ConfigError(path + ": this program reads format 1");
    rows(report);
    machine(report);
  } catch (ConfigError const&) {
    throw;
  } catch (std::exception const&) {
    throw ConfigError(path + ": not a report of 'warpline bench --json'");
  }
  return report;
}

std::string comparison_text(json::value const& before, json::value const& after, std::FILE* file) {
  using enum Table::Align;
  std::map<std::string, Row> baseline;
  for (auto& row : rows(before)) baseline.emplace(row.key(), row);
  Table table({{"case", kLeft},
               {"bytes"},
               {"device", kLeft},
               {"A Mpps"},
               {"B Mpps"},
               {"B/A"},
               {"", kLeft}});
  std::size_t only_after = 0;
  for (auto const& row : rows(after)) {
    auto const entry = baseline.find(row.key());
    if (entry == baseline.end()) {
      ++only_after;
      continue;
    }
    auto const& old = entry->second;
    bool const overlap = row.min <= old.max && old.min <= row.max;
    auto const ratio = old.median > 0 ? row.median / old.median : 0;
    bool const few = std::min(row.trials, old.trials) < kMinTrials;
    auto const style = few || overlap ? Style::kPlain : ratio > 1 ? Style::kGood : Style::kBad;
    auto const notice = few ? "fewer than " + std::to_string(kMinTrials) + " trials"
                            : std::string(overlap ? "ranges overlap" : "");
    table.add({row.workload + " " + row.name, row.sizes, row.device, mpps(old.median),
               mpps(row.median), Table::Cell(fixed(ratio, 2), style), notice});
    baseline.erase(entry);
  }
  auto text = "A: " + machine(before) + "\nB: " + machine(after) + "\n\n" + table.text(file);
  text += only_in(baseline.size(), "A") + only_in(only_after, "B");
  return text;
}

}  // namespace warpline::bench
