// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/result.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace warpline::bench {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

double median(std::span<Round const> rounds, auto&& value) {
  std::vector<double> values;
  for (auto const& round : rounds) values.push_back(value(round));
  return spread_of(std::move(values)).median;
}

std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// Packets/s without the time of source and sink. Infinite if the difference is within the noise.
double net_rate(Round const& round) {
  auto const work = 1 / round.window.packets_per_second() - 1 / round.source_sink;
  return work > 0 ? 1 / work : kInfinite;
}

std::map<std::string, double> shares(std::span<Round const> rounds) {
  std::map<std::string, double> packets;
  double total = 0;
  for (auto const& round : rounds)
    for (auto const& [device, count] : round.window.device_packets) {
      packets[device] += static_cast<double>(count);
      total += static_cast<double>(count);
    }
  for (auto& [device, count] : packets) count /= total;
  return packets;
}

/// The medians of the names that every round has.
std::map<std::string, double> ceilings(std::span<Round const> rounds) {
  std::map<std::string, double> all;
  if (rounds.empty()) return all;
  for (auto const& [name, rate] : rounds.front().ceilings) {
    auto const rate_in = [&name = name](Round const& round) {
      auto const entry = round.ceilings.find(name);
      return entry == round.ceilings.end() ? 0 : entry->second;
    };
    if (std::all_of(rounds.begin(), rounds.end(), [&](auto const& r) { return rate_in(r) > 0; }))
      all[name] = median(rounds, rate_in);
  }
  return all;
}

}  // namespace

std::uint64_t Result::dropped_total() const {
  std::uint64_t total = 0;
  for (auto const& [reason, count] : dropped) total += count;
  return total;
}

std::vector<std::span<Result const>> by_case(std::span<Result const> results) {
  std::vector<std::span<Result const>> cases;
  for (std::size_t begin = 0, end = 1; end <= results.size(); ++end) {
    auto const& first = results[begin].subject;
    if (end < results.size() && results[end].subject.workload == first.workload &&
        results[end].subject.name == first.name)
      continue;
    cases.push_back(results.subspan(begin, end - begin));
    begin = end;
  }
  return cases;
}

Result summarise(Subject subject, std::span<Round const> rounds) {
  Result result;
  result.repeats = static_cast<unsigned>(rounds.size());
  std::vector<double> rates;
  bool with_source_sink = !rounds.empty();
  for (auto const& round : rounds) {
    rates.push_back(round.window.packets_per_second());
    with_source_sink = with_source_sink && round.source_sink > 0;
    for (auto const& [reason, count] : round.window.dropped) result.dropped[reason] += count;
  }
  result.packets_per_second = spread_of(rates);
  result.gbps = median(rounds, [](Round const& r) { return r.window.gbps(); });
  result.cycles_per_packet =
      median(rounds, [](Round const& r) { return r.window.cycles_per_packet(); });
  result.p50_us = median(rounds, [](Round const& r) { return r.window.p50_us; });
  result.p99_us = median(rounds, [](Round const& r) { return r.window.p99_us; });
  result.device_share = shares(rounds);
  if (!rounds.empty()) result.explanation = rounds.back().window.explanation;
  if (with_source_sink)
    result.source_sink = median(rounds, [](Round const& r) { return r.source_sink; });
  result.ceilings = ceilings(rounds);
  auto const best =
      std::max_element(result.ceilings.begin(), result.ceilings.end(),
                       [](auto const& a, auto const& b) { return a.second < b.second; });
  if (best != result.ceilings.end()) {
    auto const& name = result.ceiling_name = best->first;
    result.ceiling = best->second;
    result.share_of_ceiling = median(rounds, [&](Round const& r) {
      return r.window.packets_per_second() / r.ceilings.at(name);
    });
    if (with_source_sink && subject.device == "cpu")
      result.net_share_of_ceiling =
          finite(median(rounds, [&](Round const& r) { return net_rate(r) / r.ceilings.at(name); }));
  }
  result.subject = std::move(subject);
  return result;
}

}  // namespace warpline::bench
