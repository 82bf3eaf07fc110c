// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/snapshot.hpp"

namespace warpline {
namespace {

using Labels = std::vector<Metric::Label>;

/// Appends metrics with the same labels.
class Rows {
 public:
  Rows(std::vector<Metric>& metrics, Labels labels)
      : metrics_(metrics), labels_(std::move(labels)) {}

  Rows& counter(std::string_view name, std::string_view help, std::string_view unit,
                std::uint64_t value) {
    metrics_.push_back({name, help, unit, value, Metric::Kind::kCounter, labels_});
    return *this;
  }
  Rows& own(Metric metric) {
    metric.labels.insert(metric.labels.begin(), labels_.begin(), labels_.end());
    metrics_.push_back(std::move(metric));
    return *this;
  }

 private:
  std::vector<Metric>& metrics_;
  Labels labels_;
};

}  // namespace

std::vector<Metric> list_metrics(Snapshot const& snapshot) {
  std::vector<Metric> metrics;
  auto const& totals = snapshot.totals;
  Rows(metrics, {})
      .counter("received_packets", "Packets that sources received", "packets", totals.received)
      .counter("received_bytes", "Bytes of packets that sources received", "bytes",
               totals.received_bytes)
      .counter("created_packets", "Copies that elements made of packets", "packets", totals.created)
      .counter("transmitted_packets", "Packets that left by ports", "packets", totals.transmitted)
      .counter("transmitted_bytes", "Bytes of packets that left by ports", "bytes",
               totals.transmitted_bytes)
      .counter("dropped_packets", "Packets dropped, for any reason", "packets", totals.dropped)
      .counter("idle_cycles", "Clock cycles in which workers had nothing to do", "cycles",
               snapshot.idle_cycles);
  for (auto const& row : snapshot.ports)
    Rows(metrics, {{"port", row.name}})
        .counter("port_received_packets", "Packets received from the port", "packets", row.received)
        .counter("port_received_bytes", "Bytes received from the port", "bytes", row.received_bytes)
        .counter("port_transmitted_packets", "Packets transmitted to the port", "packets",
                 row.transmitted)
        .counter("port_transmitted_bytes", "Bytes transmitted to the port", "bytes",
                 row.transmitted_bytes)
        .counter("port_missed_packets", "Packets that arrived and found no free buffer", "packets",
                 row.statistics.missed)
        .counter("port_errors", "Packets that arrived damaged", "packets", row.statistics.errors)
        .counter("port_refused_packets", "Packets that the port cannot carry", "packets",
                 row.statistics.refused);
  for (auto const& row : snapshot.elements) {
    Rows rows(metrics, {{"element", row.name}, {"class", row.class_name}});
    rows.counter("element_packets", "Packets that came to the element", "packets", row.packets)
        .counter("element_bytes", "Bytes of packets that came to the element", "bytes", row.bytes)
        .counter("element_batches", "Batches that came to the element", "batches", row.batches)
        .counter("element_cycles", "Clock cycles that the element took", "cycles", row.cycles);
    for (auto const& metric : row.metrics) rows.own(metric);
  }
  for (auto const& row : snapshot.drops)
    Rows(metrics, {{"reason", row.reason}, {"place", row.place}})
        .counter("drops", "Packets dropped, by reason and place", "packets", row.packets);
  for (auto const& row : snapshot.devices)
    Rows(metrics, {{"device", row.name}})
        .counter("device_tasks", "Tasks sent to the device", "tasks", row.tasks)
        .counter("device_batches", "Batches sent to the device", "batches", row.batches)
        .counter("device_packets", "Packets sent to the device", "packets", row.packets)
        .counter("device_failed_tasks", "Tasks that failed", "tasks", row.failed)
        .counter("device_rerun_packets", "Packets run on the CPU after the device had failed",
                 "packets", row.rerun);
  return metrics;
}

}  // namespace warpline
