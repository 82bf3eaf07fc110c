// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/snapshot.hpp"

#include <algorithm>
#include <map>

#include "core/base/clock.hpp"
#include "core/element/link.hpp"

namespace warpline {
namespace {

void add_metrics(std::vector<Metric>& sums, std::vector<Metric> metrics) {
  for (auto& metric : metrics) {
    auto const sum = std::find_if(sums.begin(), sums.end(),
                                  [&](Metric const& known) { return known.same_as(metric); });
    if (sum == sums.end())
      sums.push_back(std::move(metric));
    else
      sum->value += metric.value;
  }
}

/// The row of an element, which is made if there is none; most often it is that at `expected`.
std::size_t find_row(std::vector<Snapshot::ElementRow>& rows, std::size_t expected,
                     std::string const& name, std::string const& class_name) {
  auto const matches = [&](Snapshot::ElementRow const& row) {
    return row.name == name && row.class_name == class_name;
  };
  if (expected < rows.size() && matches(rows[expected])) return expected;
  auto const row = std::find_if(rows.begin(), rows.end(), matches);
  if (row != rows.end()) return static_cast<std::size_t>(row - rows.begin());
  rows.push_back({.name = name, .class_name = class_name});
  return rows.size() - 1;
}

void add_ports(Snapshot& snapshot, Engine const& engine) {
  auto& ports = engine.ports();
  for (std::size_t i = 0; i < ports.size(); ++i) {
    Snapshot::PortRow row{.name = ports[i].name(), .statistics = ports[i].statistics()};
    for (unsigned worker = 0; worker < snapshot.workers; ++worker) {
      if (auto const* queue = ports[i].rx(worker); queue != nullptr) {
        row.received += queue->counters.packets.get();
        row.received_bytes += queue->counters.bytes.get();
      }
      if (auto const* queue = ports[i].tx(worker); queue != nullptr) {
        row.transmitted += queue->counters.packets.get();
        row.transmitted_bytes += queue->counters.bytes.get();
      }
    }
    // Packets that the port's queues took and that never left.
    if (auto const* watch = dynamic_cast<LinkWatch const*>(&ports[i]); watch != nullptr) {
      row.missed_source = watch->missed_source();
      auto const lost = watch->lost();
      row.transmitted -= lost;
      if (lost > 0) snapshot.drops.push_back({"tx_error", "port " + ports[i].name(), lost});
    }
    snapshot.ports.push_back(std::move(row));
  }
}

void add_elements(Snapshot& snapshot, Engine const& engine) {
  std::map<std::pair<std::string_view, std::size_t>, std::uint64_t> drops;
  auto const reasons = DropReason::count();
  for (auto const& worker : engine.workers()) {
    auto const& graph = worker->graph();
    std::size_t expected = 0;  // workers run the same graph, unless they are changing over
    auto const add = [&](auto const& node) -> Snapshot::ElementRow& {
      auto const i = find_row(snapshot.elements, expected, node->name, node->class_name);
      expected = i + 1;
      auto const& counters = node->counters;
      auto& row = snapshot.elements[i];
      row.batches += counters.batches.get();
      row.packets += counters.packets.get();
      row.bytes += counters.bytes.get();
      row.cycles += counters.cycles.get();
      for (std::uint16_t reason = 0; reason < reasons; ++reason)
        if (auto const packets = counters.drops[reason].get(); packets > 0) {
          row.dropped += packets;
          drops[{DropReason::at(reason).name(), i}] += packets;
        }
      return row;
    };
    for (auto const& node : graph.nodes()) {
      add_metrics(add(node).metrics, node->element->metrics());
      if (auto text = node->element->explanation(); !text.empty())
        snapshot.explanations.push_back({node->name, worker->options().index, std::move(text)});
    }
    for (auto const& node : graph.retired()) add(node);
  }
  for (auto const& worker : engine.io_workers())
    for (auto const& node : worker->graph().nodes())
      for (std::uint16_t reason = 0; reason < reasons; ++reason)
        if (auto const packets = node->counters.drops[reason].get(); packets > 0)
          snapshot.drops.push_back(
              {std::string(DropReason::at(reason).name()),
               node->class_name + " of IO worker " + std::to_string(worker->options().index),
               packets});
  for (auto const& [key, packets] : drops)
    snapshot.drops.push_back({std::string(key.first), snapshot.elements[key.second].name, packets});
  std::stable_sort(snapshot.drops.begin(), snapshot.drops.end(),
                   [](auto const& a, auto const& b) { return a.packets > b.packets; });
}

void add_devices(Snapshot& snapshot, Engine const& engine) {
  if (engine.workers().empty() || engine.workers()[0]->graph().segments().empty()) return;
  auto& devices = engine.devices();
  std::uint64_t total = 0;
  for (std::size_t d = 0; d < devices.size(); ++d) {
    Snapshot::DeviceRow row{.name = devices[d].name()};
    for (auto const& worker : engine.workers()) {
      auto const& counters = worker->offloader().counters(static_cast<DeviceIndex>(d));
      row.tasks += counters.tasks.get();
      row.batches += counters.batches.get();
      row.packets += counters.packets.get();
      row.failed += counters.failed.get();
      row.rerun += counters.rerun.get();
    }
    total += row.packets;
    snapshot.devices.push_back(std::move(row));
  }
  for (auto& row : snapshot.devices)
    row.share = total == 0 ? 0 : static_cast<double>(row.packets) / static_cast<double>(total);
}

}  // namespace

double Snapshot::latency_us(double quantile) const {
  return static_cast<double>(latency->quantile(quantile)) / cycles_per_second() * 1e6;
}

Snapshot take_snapshot(Engine const& engine) {
  Snapshot snapshot;
  snapshot.taken = cycles();
  snapshot.workers = engine.workers().size();
  snapshot.totals = engine.totals();
  add_ports(snapshot, engine);
  add_elements(snapshot, engine);
  add_devices(snapshot, engine);
  for (auto const& worker : engine.workers())
    snapshot.idle_cycles += worker->counters().idle.until(snapshot.taken);
  for (auto const workers : {engine.workers(), engine.io_workers()})
    for (auto const& worker : workers) snapshot.latency->merge(worker->counters().latency);
  return snapshot;
}

}  // namespace warpline
