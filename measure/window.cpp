// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/window.hpp"

#include <algorithm>

#include "core/base/clock.hpp"

namespace warpline::bench {

double Window::packets_per_second() const {
  return seconds > 0 ? static_cast<double>(transmitted) / seconds : 0;
}

double Window::gbps() const {
  if (received == 0) return 0;
  auto const mean = static_cast<double>(received_bytes) / static_cast<double>(received);
  return packets_per_second() * mean * 8 / 1e9;
}

double Window::cycles_per_packet() const {
  return transmitted > 0 ? busy_cycles / static_cast<double>(transmitted) : 0;
}

Window between(Snapshot const& begin, Snapshot const& end) {
  Window window;
  auto const elapsed = static_cast<double>(end.taken - begin.taken);
  window.seconds = elapsed / cycles_per_second();
  window.workers = static_cast<unsigned>(end.workers);
  window.received = end.totals.received - begin.totals.received;
  window.received_bytes = end.totals.received_bytes - begin.totals.received_bytes;
  window.transmitted = end.totals.transmitted - begin.totals.transmitted;
  window.busy_cycles = std::max(
      0.0, elapsed * window.workers - static_cast<double>(end.idle_cycles - begin.idle_cycles));
  for (auto const& row : end.drops) window.dropped[row.reason] += row.packets;
  for (auto const& row : begin.drops) window.dropped[row.reason] -= row.packets;
  std::erase_if(window.dropped, [](auto const& dropped) { return dropped.second == 0; });
  for (std::size_t i = 0; i < end.devices.size(); ++i)
    if (auto const packets = end.devices[i].packets - begin.devices[i].packets; packets > 0)
      window.device_packets[end.devices[i].name] = packets;
  Histogram latency;
  latency.merge(*end.latency);
  latency.subtract(*begin.latency);
  auto const us = [](std::uint64_t count) {
    return static_cast<double>(count) / cycles_per_second() * 1e6;
  };
  window.p50_us = us(latency.quantile(0.5));
  window.p99_us = us(latency.quantile(0.99));
  if (!end.explanations.empty()) window.explanation = end.explanations.front().text;
  return window;
}

}  // namespace warpline::bench
