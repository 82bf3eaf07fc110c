// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/run_report.hpp"

#include "app/control/output_report.hpp"
#include "measure/table.hpp"

namespace warpline::app {
namespace {

using Align = Table::Align;

double quotient(std::uint64_t value, std::uint64_t by) {
  return by == 0 ? 0 : static_cast<double>(value) / static_cast<double>(by);
}

/// `name{label=value}`.
std::string title(Metric const& metric) {
  std::string text(metric.name);
  for (auto const& [label, value] : metric.labels)
    text += (text.size() == metric.name.size() ? "{" : ", ") + std::string(label) + "=" + value;
  return metric.labels.empty() ? text : text + "}";
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
  for (std::size_t i = 0; i < report.snapshot.ports.size(); ++i) {
    auto const& row = report.snapshot.ports[i];
    table.add({std::to_string(i), row.name, with_commas(row.received),
               with_commas(row.received_bytes), with_commas(row.transmitted),
               with_commas(row.transmitted_bytes), with_commas(row.statistics.missed),
               with_commas(row.statistics.errors), with_commas(row.statistics.refused)});
  }
  table.print(file);
  for (auto const& row : report.snapshot.ports)
    if (row.statistics.missed > 0 && !row.missed_source.empty())
      std::fprintf(file, "missed of %s: %s\n", row.name.c_str(), row.missed_source.c_str());
}

void print_elements(RunReport const& report, std::FILE* file) {
  Table table({{"element", Align::kLeft},
               {"class", Align::kLeft},
               {"packets"},
               {"bytes"},
               {"packets/batch"},
               {"cycles/packet"},
               {"dropped"}});
  for (auto const& row : report.snapshot.elements)
    table.add({row.name, row.class_name, with_commas(row.packets), with_commas(row.bytes),
               row.packets == 0 ? "-" : fixed(quotient(row.packets, row.batches), 1),
               row.packets == 0 ? "-" : fixed(quotient(row.cycles, row.packets), 1),
               with_commas(row.dropped)});
  table.print(file);
}

void print_metrics(RunReport const& report, std::FILE* file) {
  Table table({{"element", Align::kLeft}, {"metric", Align::kLeft}, {"value"}});
  bool any = false;
  for (auto const& row : report.snapshot.elements)
    for (auto const& metric : row.metrics) {
      table.add({row.name, title(metric), with_commas(metric.value)});
      any = true;
    }
  if (!any) return;
  std::fputc('\n', file);
  table.print(file);
}

void print_drops(RunReport const& report, std::FILE* file) {
  if (report.snapshot.drops.empty()) return;
  Table table({{"drop reason", Align::kLeft}, {"element", Align::kLeft}, {"packets"}});
  for (auto const& row : report.snapshot.drops)
    table.add({row.reason, row.place, with_commas(row.packets)});
  std::fputc('\n', file);
  table.print(file);
}

void print_devices(RunReport const& report, std::FILE* file) {
  if (report.snapshot.devices.empty()) return;
  Table table({{"device", Align::kLeft},
               {"tasks"},
               {"batches"},
               {"packets"},
               {"share"},
               {"failed tasks"},
               {"rerun packets"}});
  for (auto const& row : report.snapshot.devices)
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

void print_explanations(RunReport const& report, std::FILE* file) {
  if (!report.snapshot.explanations.empty()) std::fputc('\n', file);
  for (auto const& row : report.snapshot.explanations) {
    auto const worker =
        report.snapshot.workers > 1 ? " on worker " + std::to_string(row.worker) : "";
    std::fprintf(file, "%s%s: %s\n", row.element.c_str(), worker.c_str(), row.text.c_str());
  }
}

}  // namespace

RunReport make_report(Engine const& engine, double seconds) {
  return {seconds, take_snapshot(engine), {}};
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
  print_metrics(report, file);
  print_drops(report, file);
  print_devices(report, file);
  print_outputs(report, file);
  print_explanations(report, file);
  auto const rate = report.seconds > 0 ? static_cast<double>(report.snapshot.totals.received) /
                                             report.seconds / 1e6
                                       : 0.0;
  std::fprintf(file, "\n%.3f s, %zu worker%s, %.3f Mpps received", report.seconds,
               report.snapshot.workers, report.snapshot.workers == 1 ? "" : "s", rate);
  if (report.snapshot.totals.transmitted > 0)
    std::fprintf(file, "; latency p50 %.1f us, p99 %.1f us", report.snapshot.latency_us(0.5),
                 report.snapshot.latency_us(0.99));
  auto const line = conservation(report.snapshot.totals);
  std::fprintf(
      file, "\n%s\n",
      styled(line, report.snapshot.totals.conserved() ? Style::kGood : Style::kBad, file).c_str());
}

boost::json::object to_json(RunReport const& report) {
  boost::json::array ports, elements, reasons, drops, devices;
  for (auto const& row : report.snapshot.ports)
    ports.push_back({{"name", row.name},
                     {"received", row.received},
                     {"received_bytes", row.received_bytes},
                     {"transmitted", row.transmitted},
                     {"transmitted_bytes", row.transmitted_bytes},
                     {"missed", row.statistics.missed},
                     {"missed_from", row.missed_source},
                     {"errors", row.statistics.errors},
                     {"refused", row.statistics.refused}});
  for (auto const& row : report.snapshot.elements) {
    boost::json::object metrics;
    for (auto const& metric : row.metrics) metrics[title(metric)] = metric.value;
    elements.push_back({{"name", row.name},
                        {"class", row.class_name},
                        {"batches", row.batches},
                        {"packets", row.packets},
                        {"bytes", row.bytes},
                        {"cycles", row.cycles},
                        {"dropped", row.dropped},
                        {"metrics", std::move(metrics)}});
  }
  for (auto const& row : report.snapshot.explanations)
    reasons.push_back({{"element", row.element}, {"worker", row.worker}, {"text", row.text}});
  for (auto const& row : report.snapshot.drops)
    drops.push_back({{"reason", row.reason}, {"element", row.place}, {"packets", row.packets}});
  for (auto const& row : report.snapshot.devices)
    devices.push_back({{"name", row.name},
                       {"tasks", row.tasks},
                       {"batches", row.batches},
                       {"packets", row.packets},
                       {"failed", row.failed},
                       {"rerun", row.rerun},
                       {"share", row.share}});
  auto const& totals = report.snapshot.totals;
  return {{"seconds", report.seconds},
          {"workers", report.snapshot.workers},
          {"received", totals.received},
          {"received_bytes", totals.received_bytes},
          {"created", totals.created},
          {"transmitted", totals.transmitted},
          {"transmitted_bytes", totals.transmitted_bytes},
          {"dropped", totals.dropped},
          {"in_flight", totals.inside},
          {"conserved", totals.conserved()},
          {"latency_us",
           {{"p50", report.snapshot.latency_us(0.5)}, {"p99", report.snapshot.latency_us(0.99)}}},
          {"ports", std::move(ports)},
          {"elements", std::move(elements)},
          {"explanations", std::move(reasons)},
          {"drops", std::move(drops)},
          {"devices", std::move(devices)},
          {"outputs", outputs_json(report)}};
}

}  // namespace warpline::app
