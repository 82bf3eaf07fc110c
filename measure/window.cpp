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

Snapshot::Snapshot(Engine const& engine, DeviceSet const& devices)
    : at_(cycles()),
      workers_(static_cast<unsigned>(engine.workers().size())),
      totals_(engine.totals()),
      drops_(DropReason::kMax),
      latency_(engine.latency()) {
  for (auto const& worker : engine.workers()) {
    idle_cycles_ += worker->counters().idle.until(at_);
    for (auto const& node : worker->graph().nodes()) {
      if (explanation_.empty()) explanation_ = node->element->explanation();
      for (std::size_t i = 0; i < drops_.size(); ++i) drops_[i] += node->counters.drops[i].get();
    }
    for (std::size_t d = 0; d < devices.size(); ++d)
      device_packets_[devices[d].name()] +=
          worker->offloader().counters(static_cast<DeviceIndex>(d)).packets.get();
  }
}

Window Snapshot::since(Snapshot const& earlier) const {
  Window window;
  auto const elapsed = static_cast<double>(at_ - earlier.at_);
  window.seconds = elapsed / cycles_per_second();
  window.workers = workers_;
  window.received = totals_.received - earlier.totals_.received;
  window.received_bytes = totals_.received_bytes - earlier.totals_.received_bytes;
  window.transmitted = totals_.transmitted - earlier.totals_.transmitted;
  window.busy_cycles =
      std::max(0.0, elapsed * workers_ - static_cast<double>(idle_cycles_ - earlier.idle_cycles_));
  for (std::uint16_t i = 0; i < DropReason::count(); ++i)
    if (auto const count = drops_[i] - earlier.drops_[i]; count > 0)
      window.dropped[std::string(
          Verdict{static_cast<std::uint16_t>(Verdict::kDrop | i)}.reason().name())] = count;
  for (auto const& [device, packets] : device_packets_)
    if (auto const count = packets - earlier.device_packets_.at(device); count > 0)
      window.device_packets[device] = count;
  auto later = std::make_unique<Histogram>();
  later->merge(*latency_);
  later->subtract(*earlier.latency_);
  auto const us = [](std::uint64_t count) {
    return static_cast<double>(count) / cycles_per_second() * 1e6;
  };
  window.p50_us = us(later->quantile(0.5));
  window.p99_us = us(later->quantile(0.99));
  window.explanation = explanation_;
  return window;
}

}  // namespace warpline::bench
