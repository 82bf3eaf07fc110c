// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/result_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>

#include "measure/recommendation.hpp"

namespace warpline::bench {
namespace {

namespace json = boost::json;

constexpr int kFormat = 1;  // raised when a field changes its meaning or is removed

/// Numbers have six significant digits, like a measurement; whole from a million on.
json::value number(double value) {
  if (!std::isfinite(value)) return nullptr;
  if (std::abs(value) >= 1e6 || value == std::floor(value))
    return static_cast<std::int64_t>(std::llround(value));
  auto const digits = 6 - static_cast<int>(std::floor(std::log10(std::abs(value)))) - 1;
  auto const scale = std::pow(10.0, digits);
  return std::round(value * scale) / scale;
}

json::value number(std::optional<double> const& value) {
  return value ? number(*value) : json::value(nullptr);
}

template <class T>
json::array array(std::vector<T> const& all) {
  return json::array(all.begin(), all.end());
}

json::value text_or_null(std::string const& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object machine_object(Machine const& machine) {
  json::object versions;
  for (auto const& [name, version] : machine.versions) versions[name] = version;
  return {{"cpu", machine.cpu},
          {"flags", array(machine.flags)},
          {"cores", machine.cores},
          {"tsc_hz", number(machine.tsc_hz)},
          {"governor", text_or_null(machine.governor)},
          {"virtual_machine", machine.virtual_machine},
          {"kernel", machine.kernel},
          {"memory", machine.memory},
          {"versions", std::move(versions)},
          {"eal", machine.eal},
          {"worker_cores", array(machine.worker_cores)},
          {"devices", array(machine.devices)}};
}

json::object result_object(Result const& result) {
  auto const& subject = result.subject;
  json::object drops, device_share, ceilings;
  for (auto const& [name, rate] : result.ceilings) ceilings[name] = number(rate);
  for (auto const& [reason, count] : result.dropped) drops[reason] = count;
  for (auto const& [device, share] : result.device_share) device_share[device] = number(share);
  json::value ceiling = nullptr;
  if (result.ceiling)
    ceiling = json::object{{"name", result.ceiling_name},
                           {"packets_per_second", number(*result.ceiling)}};
  return {{"workload", subject.workload},
          {"case", subject.name},
          {"packet_size", number(subject.packet_size)},
          {"sizes", subject.sizes},
          {"device", subject.device},
          {"workers", subject.workers},
          {"packets_per_second", number(result.packets_per_second.median)},
          {"spread",
           {{"min", number(result.packets_per_second.min)},
            {"max", number(result.packets_per_second.max)}}},
          {"repeats", result.repeats},
          {"gbps", number(result.gbps)},
          {"cycles_per_packet", number(result.cycles_per_packet)},
          {"dropped", result.dropped_total()},
          {"drops", std::move(drops)},
          {"latency_us", {{"p50", number(result.p50_us)}, {"p99", number(result.p99_us)}}},
          {"device_share", std::move(device_share)},
          {"explanation", text_or_null(result.explanation)},
          {"ceiling", std::move(ceiling)},
          {"ceilings", std::move(ceilings)},
          {"share_of_ceiling", number(result.share_of_ceiling)},
          {"source_sink_packets_per_second", number(result.source_sink)},
          {"net_share_of_ceiling", number(result.net_share_of_ceiling)},
          {"labels", array(subject.labels)}};
}

json::object recommendation_object(std::span<Result const> results,
                                   std::vector<std::string> const& sentences) {
  std::string text;
  for (auto const& sentence : sentences) text += (text.empty() ? "" : "; ") + sentence;
  json::array of_sizes;
  for (auto const& verdict : verdicts(results))
    of_sizes.push_back({{"sizes", verdict.sizes},
                        {"winner", verdict.has_winner() ? json::value(verdict.fastest) : nullptr},
                        {"fastest", verdict.fastest},
                        {"second", verdict.second},
                        {"factor", number(verdict.factor)},
                        {"ranges_overlap", verdict.ranges_overlap}});
  auto const& subject = results.front().subject;
  return {{"workload", subject.workload},
          {"case", subject.name},
          {"text", std::move(text)},
          {"verdicts", std::move(of_sizes)}};
}

}  // namespace

json::object to_json(Report const& report) {
  json::array results, recommendations;
  for (auto const& result : report.results) results.push_back(result_object(result));
  for (auto const& results_of_case : by_case(report.results)) {
    if (auto const sentences = recommendation(results_of_case); !sentences.empty())
      recommendations.push_back(recommendation_object(results_of_case, sentences));
  }
  auto notes = array(report.notes);
  if (auto const note = trials_note(report.results); !note.empty()) notes.emplace_back(note);
  return {{"format", kFormat},
          {"started", report.started},
          {"complete", report.complete},
          {"command", array(report.command)},
          {"notes", std::move(notes)},
          {"window_seconds", number(report.window_seconds)},
          {"machine", machine_object(report.machine)},
          {"recommendations", std::move(recommendations)},
          {"results", std::move(results)}};
}

}  // namespace warpline::bench
