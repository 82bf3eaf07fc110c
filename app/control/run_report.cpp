// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/run_report.hpp"

#include <algorithm>
#include <map>

#include "app/control/output_report.hpp"
#include "core/base/clock.hpp"
#include "core/element/link.hpp"
#include "measure/table.hpp"

namespace warpline::app {
namespace {

using Align = Table::Align;

double quotient(std::uint64_t value, std::uint64_t by) {
  return by == 0 ? 0 : static_cast<double>(value) / static_cast<double>(by);
}

void add_statistics(RunReport::ElementRow& row, std::vector<Statistic> const& statistics) {
  for (std::size_t i = 0; i < statistics.size(); ++i) {
    if (row.statistics.size() == i) row.statistics.emplace_back(statistics[i].name, 0);
    row.statistics[i].second += statistics[i].count;
  }
}

void add_elements(RunReport& report, Engine const& engine) {
  std::map<std::pair<std::string_view, std::size_t>, std::uint64_t> drops;
  auto const reasons = DropReason::count();
  for (auto const& worker : engine.workers()) {
    auto const nodes = worker->graph().nodes();
    if (report.elements.empty())
      for (auto const& node : nodes)
        report.elements.push_back({node->name, node->class_name, 0, 0, 0, 0, 0, {}});
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      auto const& counters = nodes[i]->counters;
      auto& row = report.elements[i];
      row.batches += counters.batches.get();
      row.packets += counters.packets.get();
      row.bytes += counters.bytes.get();
      row.cycles += counters.cycles.get();
      add_statistics(row, nodes[i]->element->statistics());
      if (auto text = nodes[i]->element->explanation(); !text.empty())
        report.reasons.push_back({nodes[i]->name, worker->options().index, std::move(text)});
      for (std::uint16_t reason = 0; reason < reasons; ++reason)
        if (auto const packets = counters.drops[reason].get(); packets > 0) {
          row.dropped += packets;
          drops[{DropReason::at(reason).name(), i}] += packets;
        }
    }
  }
  for (auto const& worker : engine.io_workers())
    for (auto const& node : worker->graph().nodes())
      for (std::uint16_t reason = 0; reason < reasons; ++reason)
        if (auto const packets = node->counters.drops[reason].get(); packets > 0)
          report.drops.push_back(
              {std::string(DropReason::at(reason).name()),
               node->class_name + " of IO worker " + std::to_string(worker->options().index),
               packets});
  for (auto const& [key, packets] : drops)
    report.drops.push_back({std::string(key.first), report.elements[key.second].name, packets});
  std::stable_sort(report.drops.begin(), report.drops.end(),
                   [](auto const& a, auto const& b) { return a.packets > b.packets; });
}

void add_devices(RunReport& report, Engine const& engine, DeviceSet const& devices) {
  if (engine.workers().empty() || engine.workers()[0]->graph().segments().empty()) return;
  std::uint64_t total = 0;
  for (std::size_t d = 0; d < devices.size(); ++d) {
    RunReport::DeviceRow row{devices[d].name(), 0, 0, 0, 0, 0, 0};
    for (auto const& worker : engine.workers()) {
      auto const& counters = worker->offloader().counters(static_cast<DeviceIndex>(d));
      row.tasks += counters.tasks.get();
      row.batches += counters.batches.get();
      row.packets += counters.packets.get();
      row.failed += counters.failed.get();
      row.rerun += counters.rerun.get();
    }
    total += row.packets;
    report.devices.push_back(std::move(row));
  }
  for (auto& row : report.devices) row.share = quotient(row.packets, total);
}

/// Packets that the port's queues took and that never left.
void add_losses(RunReport& report, Port const& port, RunReport::PortRow& row) {
  auto const* watch = dynamic_cast<LinkWatch const*>(&port);
  if (watch == nullptr) return;
  row.missed_from = watch->missed_source();
  auto const lost = watch->lost();
  row.transmitted -= lost;
  if (lost > 0) report.drops.push_back({"tx_error", "port " + port.name(), lost});
}

void print_ports(RunReport const& report, std::FILE* file) {
  Table table({{"port"},
               {"name", Align::kLeft},
               {"rx packets"},
               {"rx bytes"},
               {"tx packets"},
               {"tx bytes"},
               {"missed"},
               {"errors"},
               {"refused"}});
  for (std::size_t i = 0; i < report.ports.size(); ++i) {
    auto const& row = report.ports[i];
    table.add({std::to_string(i), row.name, with_commas(row.received),
               with_commas(row.received_bytes), with_commas(row.transmitted),
               with_commas(row.transmitted_bytes), with_commas(row.statistics.missed),
               with_commas(row.statistics.errors), with_commas(row.statistics.refused)});
  }
  table.print(file);
  for (auto const& row : report.ports)
    if (row.statistics.missed > 0 && !row.missed_from.empty())
      std::fprintf(file, "missed of %s: %s\n", row.name.c_str(), row.missed_from.c_str());
}

void print_elements(RunReport const& report, std::FILE* file) {
  Table table({{"element", Align::kLeft},
               {"class", Align::kLeft},
               {"packets"},
               {"bytes"},
               {"packets/batch"},
               {"cycles/packet"},
               {"dropped"}});
  for (auto const& row : report.elements)
    table.add({row.name, row.class_name, with_commas(row.packets), with_commas(row.bytes),
               row.packets == 0 ? "-" : fixed(quotient(row.packets, row.batches), 1),
               row.packets == 0 ? "-" : fixed(quotient(row.cycles, row.packets), 1),
               with_commas(row.dropped)});
  table.print(file);
}

void print_statistics(RunReport const& report, std::FILE* file) {
  Table table({{"element", Align::kLeft}, {"counted", Align::kLeft}, {"times"}});
  bool any = false;
  for (auto const& row : report.elements)
    for (auto const& [name, count] : row.statistics) {
      table.add({row.name, name, with_commas(count)});
      any = true;
    }
  if (!any) return;
  std::fputc('\n', file);
  table.print(file);
}

void print_drops(RunReport const& report, std::FILE* file) {
  if (report.drops.empty()) return;
  Table table({{"drop reason", Align::kLeft}, {"element", Align::kLeft}, {"packets"}});
  for (auto const& row : report.drops)
    table.add({row.reason, row.element, with_commas(row.packets)});
  std::fputc('\n', file);
  table.print(file);
}

void print_devices(RunReport const& report, std::FILE* file) {
  if (report.devices.empty()) return;
  Table table({{"device", Align::kLeft},
               {"tasks"},
               {"batches"},
               {"packets"},
               {"share"},
               {"failed tasks"},
               {"rerun packets"}});
  for (auto const& row : report.devices)
    table.add({row.name,
               with_commas(row.tasks),
               with_commas(row.batches),
               with_commas(row.packets),
               fixed(row.share * 100, 1) + " %",
               {with_commas(row.failed), row.failed > 0 ? Style::kBad : Style::kPlain},
               with_commas(row.rerun)});
  std::fputc('\n', file);
  table.print(file);
}

void print_reasons(RunReport const& report, std::FILE* file) {
  if (!report.reasons.empty()) std::fputc('\n', file);
  for (auto const& row : report.reasons) {
    auto const worker = report.workers > 1 ? " on worker " + std::to_string(row.worker) : "";
    std::fprintf(file, "%s%s: %s\n", row.element.c_str(), worker.c_str(), row.text.c_str());
  }
}

}  // namespace

RunReport make_report(Engine const& engine, PortSet const& ports, DeviceSet const& devices,
                      double seconds) {
  RunReport report;
  report.seconds = seconds;
  report.workers = engine.workers().size();
  report.totals = engine.totals();
  for (std::size_t i = 0; i < ports.size(); ++i) {
    RunReport::PortRow row{ports[i].name(), 0, 0, 0, 0, ports[i].statistics(), {}};
    for (unsigned worker = 0; worker < report.workers; ++worker) {
      if (auto const* queue = ports[i].rx(worker); queue != nullptr) {
        row.received += queue->counters.packets.get();
        row.received_bytes += queue->counters.bytes.get();
      }
      if (auto const* queue = ports[i].tx(worker); queue != nullptr) {
        row.transmitted += queue->counters.packets.get();
        row.transmitted_bytes += queue->counters.bytes.get();
      }
    }
    add_losses(report, ports[i], row);
    report.ports.push_back(std::move(row));
  }
  add_elements(report, engine);
  add_devices(report, engine, devices);
  auto const latency = engine.latency();
  auto const us = [](std::uint64_t count) {
    return static_cast<double>(count) / cycles_per_second() * 1e6;
  };
  if (report.totals.transmitted > 0) {
    report.p50_us = us(latency->quantile(0.5));
    report.p99_us = us(latency->quantile(0.99));
  }
  return report;
}

std::string conservation(Totals const& totals) {
  return "received " + std::to_string(totals.received) +
         (totals.created > 0 ? " + created " + std::to_string(totals.created) : "") +
         (totals.conserved() ? " = " : " != ") + "transmitted " +
         std::to_string(totals.transmitted) + " + dropped " + std::to_string(totals.dropped) +
         " + in flight " + std::to_string(totals.inside);
}

void print_report(RunReport const& report, std::FILE* file) {
  print_ports(report, file);
  std::fputc('\n', file);
  print_elements(report, file);
  print_statistics(report, file);
  print_drops(report, file);
  print_devices(report, file);
  print_outputs(report, file);
  print_reasons(report, file);
  auto const rate =
      report.seconds > 0 ? static_cast<double>(report.totals.received) / report.seconds / 1e6 : 0.0;
  std::fprintf(file, "\n%.3f s, %zu worker%s, %.3f Mpps received", report.seconds, report.workers,
               report.workers == 1 ? "" : "s", rate);
  if (report.totals.transmitted > 0)
    std::fprintf(file, "; latency p50 %.1f us, p99 %.1f us", report.p50_us, report.p99_us);
  auto const line = conservation(report.totals);
  std::fprintf(file, "\n%s\n",
               styled(line, report.totals.conserved() ? Style::kGood : Style::kBad, file).c_str());
}

boost::json::object to_json(RunReport const& report) {
  boost::json::array ports, elements, reasons, drops, devices;
  for (auto const& row : report.ports)
    ports.push_back({{"name", row.name},
                     {"received", row.received},
                     {"received_bytes", row.received_bytes},
                     {"transmitted", row.transmitted},
                     {"transmitted_bytes", row.transmitted_bytes},
                     {"missed", row.statistics.missed},
                     {"missed_from", row.missed_from},
                     {"errors", row.statistics.errors},
                     {"refused", row.statistics.refused}});
  for (auto const& row : report.elements) {
    boost::json::object statistics;
    for (auto const& [name, count] : row.statistics) statistics[name] = count;
    elements.push_back({{"name", row.name},
                        {"class", row.class_name},
                        {"batches", row.batches},
                        {"packets", row.packets},
                        {"bytes", row.bytes},
                        {"cycles", row.cycles},
                        {"dropped", row.dropped},
                        {"statistics", std::move(statistics)}});
  }
  for (auto const& row : report.reasons)
    reasons.push_back({{"element", row.element}, {"worker", row.worker}, {"text", row.text}});
  for (auto const& row : report.drops)
    drops.push_back({{"reason", row.reason}, {"element", row.element}, {"packets", row.packets}});
  for (auto const& row : report.devices)
    devices.push_back({{"name", row.name},
                       {"tasks", row.tasks},
                       {"batches", row.batches},
                       {"packets", row.packets},
                       {"failed", row.failed},
                       {"rerun", row.rerun},
                       {"share", row.share}});
  auto const& totals = report.totals;
  return {{"seconds", report.seconds},
          {"workers", report.workers},
          {"received", totals.received},
          {"received_bytes", totals.received_bytes},
          {"created", totals.created},
          {"transmitted", totals.transmitted},
          {"transmitted_bytes", totals.transmitted_bytes},
          {"dropped", totals.dropped},
          {"in_flight", totals.inside},
          {"conserved", totals.conserved()},
          {"latency_us", {{"p50", report.p50_us}, {"p99", report.p99_us}}},
          {"ports", std::move(ports)},
          {"elements", std::move(elements)},
          {"explanations", std::move(reasons)},
          {"drops", std::move(drops)},
          {"devices", std::move(devices)},
          {"outputs", outputs_json(report)}};
}

}  // namespace warpline::app
