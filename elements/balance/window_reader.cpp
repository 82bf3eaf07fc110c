// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/window_reader.hpp"

#include "core/base/clock.hpp"

namespace warpline {

WindowReader::WindowReader(DeviceIndex device, bool latencies)
    : device_(device),
      seconds_per_cycle_(1 / cycles_per_second()),
      latencies_(latencies ? std::make_unique<Latencies>() : nullptr) {}

balance::Window WindowReader::read(Outputs& out) noexcept {
  auto const& counters = out.counters();
  Reading now;
  now.time = out.now();
  now.idle = counters.idle.until(now.time);
  now.packets = counters.transmitted.get();
  now.bytes = counters.transmitted_bytes.get();
  if (auto const* offload = out.offload()) {
    now.cpu = offload->load(kCpuDevice);
    now.device = offload->load(device_);
  }
  auto const count = [](std::uint64_t later, std::uint64_t earlier) {
    return static_cast<double>(static_cast<std::int64_t>(later - earlier));
  };
  auto const seconds = [&](std::uint64_t later, std::uint64_t earlier) {
    return count(later, earlier) * seconds_per_cycle_;
  };
  auto const side = [&](DeviceLoad const& later, DeviceLoad const& earlier) {
    return balance::Side{count(later.packets, earlier.packets),
                         count(later.bytes, earlier.bytes),
                         count(later.tasks, earlier.tasks),
                         seconds(later.worker_cycles, earlier.worker_cycles),
                         seconds(later.busy_cycles, earlier.busy_cycles),
                         seconds(later.task_cycles, earlier.task_cycles)};
  };
  balance::Window window;
  window.seconds = seconds(now.time, last_.time);
  window.idle_seconds = seconds(now.idle, last_.idle);
  window.packets = count(now.packets, last_.packets);
  window.bytes = count(now.bytes, last_.bytes);
  window.cpu = side(now.cpu, last_.cpu);
  window.device = side(now.device, last_.device);
  if (latencies_) window.p99_seconds = p99(counters.latency);
  last_ = now;
  return window;
}

double WindowReader::p99(Histogram const& now) noexcept {
  auto& [earlier, window] = *latencies_;
  window.subtract(window);
  window.merge(now);
  window.subtract(earlier);
  earlier.merge(window);
  return static_cast<double>(window.quantile(0.99)) * seconds_per_cycle_;
}

balance::Present WindowReader::present(Outputs& out) const noexcept {
  auto const backlog = out.offload()->backlog(device_);
  auto const& pool = out.batches();
  return {backlog.in_flight, backlog.waiting,
          static_cast<double>(pool.in_use()) / static_cast<double>(pool.capacity())};
}

}  // namespace warpline
