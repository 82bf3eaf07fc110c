// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/report_table.hpp"

#include <algorithm>

#include "measure/balancer_verdict.hpp"
#include "measure/recommendation.hpp"
#include "measure/table.hpp"

namespace warpline::bench {
namespace {

std::string mpps(double packets_per_second) {
  auto const value = packets_per_second / 1e6;
  return fixed(value, value < 1 ? 3 : 2);
}

std::string mpps(std::optional<double> const& packets_per_second) {
  return packets_per_second ? mpps(*packets_per_second) : "-";
}

std::string microseconds(double value) { return fixed(value, value < 99.95 ? 1 : 0); }

std::string percent(std::optional<double> const& share) {
  return share ? fixed(*share * 100, 0) + " %" : "-";
}

/// Half the distance between the slowest and the fastest trial, in percent of the median.
std::string deviation(Result const& result) {
  auto const& spread = result.packets_per_second;
  if (spread.median <= 0 || result.repeats < kMinTrials) return "-";
  return fixed((spread.max - spread.min) / 2 / spread.median * 100, 0);
}

/// The device, with the achieved mix if it is one.
std::string device(Result const& result) {
  auto text = result.subject.device;
  if (!is_balancer(text)) return text;
  for (auto const& [name, share] : result.device_share)
    if (name != "cpu") text += " (" + fixed(share * 100, 0) + " % " + name + ")";
  return text;
}

Table table_of(std::span<Result const> results) {
  using enum Table::Align;
  Table table({{"bytes"},
               {"device", kLeft},
               {"Mpps"},
               {"±%"},
               {"Gbps"},
               {"cycles/pkt", kRight, 3},
               {"p50 µs", kRight, 1},
               {"p99 µs"},
               {"dropped", kRight, 2},
               {"in+out", kRight, 4},
               {"ceiling"},
               {"share"},
               {"net", kRight, 5}});
  std::string sizes;
  for (auto const& result : results) {
    auto const dropped = result.dropped_total();
    auto const first = result.subject.sizes != sizes;
    sizes = result.subject.sizes;
    table.add({first ? sizes : "",
               device(result),
               {mpps(result.packets_per_second.median), Style::kBold},
               deviation(result),
               fixed(result.gbps, 2),
               fixed(result.cycles_per_packet, 0),
               microseconds(result.p50_us),
               microseconds(result.p99_us),
               {with_commas(dropped), dropped > 0 ? Style::kWarning : Style::kPlain},
               first ? mpps(result.source_sink) : "",
               first ? mpps(result.ceiling) : "",
               percent(result.share_of_ceiling),
               percent(result.net_share_of_ceiling)});
  }
  return table;
}

std::string drops_line(std::span<Result const> results) {
  std::map<std::string, std::uint64_t> drops;
  for (auto const& result : results)
    for (auto const& [reason, count] : result.dropped) drops[reason] += count;
  std::string text;
  for (auto const& [reason, count] : drops)
    text += (text.empty() ? "dropped: " : ", ") + reason + " " + with_commas(count);
  return text.empty() ? text : text + "\n";
}

std::string explanation_lines(std::span<Result const> results) {
  std::string text;
  for (auto const& result : results)
    if (!result.explanation.empty())
      text +=
          result.subject.device + " at " + result.subject.sizes + ": " + result.explanation + "\n";
  return text;
}

/// Breaks a sentence into lines of at most 80 characters, after commas; `indent` begins all lines
/// but the first.
std::string wrapped(std::string const& sentence, std::string const& indent) {
  constexpr std::size_t kMaxLine = 80;
  std::string lines, line;
  for (std::size_t begin = 0, end = 0; begin < sentence.size(); begin = end) {
    end = std::min(sentence.find(", ", begin), sentence.size() - 1) + 1;
    auto const part = sentence.substr(begin, end - begin);
    if (!line.empty() && line.size() + part.size() > kMaxLine) {
      lines += line + "\n";
      line = indent + part.substr(1);
    } else {
      line += part;
    }
  }
  return lines + line;
}

/// The name of the ceiling, or of each with its sizes if they are not all of one.
std::string ceiling_text(std::span<Result const> results) {
  std::vector<std::pair<std::string, std::string>> named;
  for (auto const& result : results) {
    auto const& [sizes, name] = std::tie(result.subject.sizes, result.ceiling_name);
    auto const entry = std::find_if(named.begin(), named.end(),
                                    [&](auto const& group) { return group.first == name; });
    if (entry == named.end()) {
      named.emplace_back(name, sizes);
    } else if (!entry->second.ends_with(sizes)) {
      entry->second += ", " + sizes;
    }
  }
  if (named.size() == 1) return named[0].first;
  std::string text;
  for (auto const& [name, sizes] : named)
    text += (text.empty() ? "" : " and ") + name + " (at " + sizes + ")";
  return text;
}

std::string case_text(std::span<Result const> results, std::FILE* file) {
  auto const& first = results.front();
  auto text = styled(first.subject.workload + " " + first.subject.name, Style::kBold, file);
  auto const& workers = first.subject.workers;
  text += ", " + std::to_string(workers) + (workers == 1 ? " worker" : " workers");
  if (auto const ceiling = ceiling_text(results); !ceiling.empty()) text += "; ceiling: " + ceiling;
  for (auto const& label : first.subject.labels)
    if (label != "engine-only") text += "; " + label;
  text += "\n" + table_of(results).text(file) + drops_line(results) + explanation_lines(results);
  for (auto const& sentence : recommendation(results))
    text += styled(wrapped("=> " + sentence, "   "), Style::kGood, file) + "\n";
  return text;
}

}  // namespace

std::string report_text(Report const& report, std::FILE* file) {
  std::string text;
  for (auto const& note : report.notes) text += note + "\n";
  for (auto const& results : by_case(report.results)) text += "\n" + case_text(results, file);
  if (auto const note = trials_note(report.results); !note.empty()) text += "\n" + note + "\n";
  return text;
}

}  // namespace warpline::bench
