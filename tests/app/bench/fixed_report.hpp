// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure/result.hpp"

namespace warpline::bench {

/// One repeat of 0.5 s with 1,000-byte frames.
inline Round round_of(double mpps, double ceiling_mpps, double source_sink_mpps,
                      std::map<std::string, std::uint64_t> devices = {}) {
  Round round;
  round.window.seconds = 0.5;
  round.window.transmitted = static_cast<std::uint64_t>(mpps * 0.5e6);
  round.window.received = round.window.transmitted;
  round.window.received_bytes = round.window.received * 1000;
  round.window.busy_cycles = 1e9;
  round.window.p50_us = 12.34;
  round.window.p99_us = 123.4;
  round.window.device_packets = std::move(devices);
  if (ceiling_mpps > 0) round.ceilings = {{"raw library", ceiling_mpps * 1e6}};
  round.source_sink = source_sink_mpps * 1e6;
  return round;
}

/// Three trials that measured the same.
inline std::vector<Round> steady(Round const& round) { return {round, round, round}; }

/// A report with made-up numbers: two cases, two sizes, three devices, some drops; three trials.
inline Report fixed_report() {
  Report report;
  report.machine.cpu = "A Processor";
  report.machine.flags = {"aes", "vaes"};
  report.machine.cores = 2;
  report.machine.tsc_hz = 2.5e9;
  report.machine.virtual_machine = true;
  report.machine.kernel = "Linux 6.1";
  report.machine.memory = "4 KiB pages";
  report.machine.versions = {{"warpline", "0.1.0"}, {"DPDK", "22.11"}};
  report.machine.eal = "--no-huge --in-memory";
  report.machine.worker_cores = {0};
  report.machine.devices = {"cpu: the worker's CPU", "host: 1 helper <thread>"};
  report.command = {"warpline", "bench", "ipsec", "--json", "a b.json"};
  report.started = "2026-01-02T03:04:05Z";
  report.window_seconds = 0.5;
  report.notes = {"engine-only: packets are created in memory"};
  auto const add = [&](char const* name, char const* sizes, double size, char const* device,
                       std::vector<Round> const& rounds) {
    Subject subject;
    subject.workload = "ipsec";
    subject.name = name;
    subject.sizes = sizes;
    subject.packet_size = size;
    subject.device = device;
    subject.labels = {"engine-only", "payload recycled"};
    report.results.push_back(summarise(subject, rounds));
  };
  for (auto const* name : {"aes128-gcm", "aes128-ctr-hmac-sha1-96"}) {
    add(name, "64", 64, "cpu",
        {round_of(8, 16, 40, {{"cpu", 100}}), round_of(7.6, 16, 38, {{"cpu", 100}}),
         round_of(8.4, 15, 40, {{"cpu", 100}})});
    add(name, "64", 64, "host", steady(round_of(2, 16, 40, {{"host", 100}})));
    add(name, "64", 64, "mix", steady(round_of(3, 16, 40, {{"cpu", 75}, {"host", 25}})));
    add(name, "imix", 361.8, "cpu", steady(round_of(5, 6.25, 30, {{"cpu", 1}})));
    auto dropping = round_of(0.1234, 6.25, 30, {{"host", 1}});
    dropping.window.dropped = {{"tx_queue_full", 411}};
    add(name, "imix", 361.8, "host", steady(dropping));
  }
  return report;
}

}  // namespace warpline::bench
