// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <algorithm>

#include "io/dpdk/dpdk_interface_dpdk.hpp"
#include "io/dpdk/guarded_queues_dpdk.hpp"

// The part of `DpdkPort` that watches the link and outlives the interface.
namespace warpline {
namespace {

using namespace std::chrono_literals;
constexpr auto kUpdate = 100ms;  // interval of readings that cost more than an ioctl
constexpr auto kAttempt = 1s;    // after one that failed, to open the port again
constexpr unsigned kEarlyReadings = 200;

}  // namespace

LinkState DpdkPort::driver_state() const {
  rte_eth_link link{};
  if (rte_eth_link_get_nowait(id_, &link) != 0) return link_;
  return link.link_status == RTE_ETH_LINK_DOWN ? LinkState::kDown : LinkState::kUp;
}

LinkState DpdkPort::interface_state() const {
  auto const state = interface_->kernel->state();
  // A tap that was moved to another network namespace still belongs to the port.
  if (state == LinkState::kGone && interface_->tap && interface_->tap->attached())
    return LinkState::kUp;
  return state;
}

/// Discards frames of other interfaces from the driver's sockets, before a worker receives them.
void DpdkPort::skip_foreign_frames() {
  constexpr unsigned kBurst = 32;
  for (std::uint16_t queue = 0; queue < rx_.size(); ++queue) {
    auto const beginning = interface_->sockets->begin(queue, interface_->kernel->index());
    interface_->closed.missed += beginning.own;
    for (auto rest = beginning.skip; rest > 0;) {
      rte_mbuf* mbufs[kBurst];
      auto const count =
          rte_eth_rx_burst(id_, queue, mbufs, static_cast<std::uint16_t>(std::min(rest, kBurst)));
      if (count == 0) break;
      rte_pktmbuf_free_bulk(mbufs, count);
      rest -= count;
    }
  }
}

/// Reads counters that vanish with the interface, and its MTU, which may change at any time.
void DpdkPort::update_interface() {
  auto& interface = *interface_;
  auto const heard = interface.sockets ? interface.sockets->counts().packets : 0;
  auto const counters = interface.kernel->counters();
  auto const mtu = interface.kernel->mtu();
  // The reading may be of no interface, or of another one.
  if (interface.kernel->state() == LinkState::kGone) return;
  if (interface.tap) interface.tap_dropped = counters.tx_dropped - interface.tap_dropped_before;
  if (interface.early_readings > 0) {
    --interface.early_readings;
    auto const arrived = counters.rx_packets;
    auto const early = arrived > heard ? arrived - heard : 0;
    interface.early = std::min(interface.early.value_or(early), early);
  }
  // A packet socket accepts the interface's MTU and a VLAN tag more. The tap driver has its own
  // limit, with room for a check sequence and a tag.
  constexpr unsigned kTag = 4, kTapOverhead = RTE_ETHER_CRC_LEN + kTag;
  std::uint16_t device_mtu = 0;
  rte_eth_dev_get_mtu(id_, &device_mtu);
  auto max = RTE_ETHER_HDR_LEN + (interface.is_tap ? device_mtu + kTapOverhead : mtu);
  auto max_tagged = max + (interface.is_tap ? 0 : kTag);
  if (interface.sockets) {
    auto const slot = static_cast<unsigned>(interface.sockets->max_frame());
    max = std::min(max, slot);
    max_tagged = std::min(max_tagged, slot);
  }
  for (auto& queue : guarded_tx_) queue->set_max_frame(max, max_tagged);
}

std::optional<LinkEvent> DpdkPort::check_link() {
  auto const now = Interface::Clock::now();
  if (!running_ || (!interface_ && now < next_look_)) return {};
  next_look_ = now + kUpdate;
  auto const before = link_.load(std::memory_order_relaxed);
  if (interface_ && before == LinkState::kGone) {
    if (now < interface_->next_attempt || !open_again()) return {};
    auto const state = interface_state();
    link_ = state;
    return LinkEvent{state, "open again on interface '" + interface_->kernel->name() + "' (index " +
                                std::to_string(interface_->kernel->index()) + "), link " +
                                (state == LinkState::kUp ? "up" : "down")};
  }
  if (interface_ && (now >= interface_->next_update || interface_->early_readings > 0)) {
    interface_->next_update = now + kUpdate;
    update_interface();
  }
  auto const state = interface_ ? interface_state() : driver_state();
  if (state == before) return {};
  link_ = state;
  if (state == LinkState::kUp) {
    if (interface_ && interface_->sockets) interface_->sockets->send_waiting();
    return LinkEvent{state, "link up"};
  }
  if (state == LinkState::kDown)
    return LinkEvent{state, "link down; packets for it are dropped as link_down"};
  return LinkEvent{state, "interface '" + interface_->kernel->name() +
                              "' is gone; packets for it are dropped as tx_error until it is back"};
}

/// Closes a device whose interface has vanished, and keeps its counters. Returns false while a
/// worker still uses the device.
bool DpdkPort::retire() {
  bool idle = true;
  for (auto& queue : guarded_rx_) idle &= queue->gate.close();
  for (auto& queue : guarded_tx_) idle &= queue->gate.close();
  if (!idle) return false;
  auto& interface = *interface_;
  auto const last = driver_statistics();
  interface.closed.missed += last.missed;
  interface.closed.errors += last.errors;
  if (interface.sockets) {
    interface.closed.missed += interface.sockets->unread();
    interface.closed_lost += interface.sockets->unsent();
  }
  interface.sockets.reset();
  interface.tap.reset();
  interface.early = 0;
  interface.tap_dropped = interface.tap_dropped_before = 0;
  close();
  return true;
}

/// Opens the device on the interface that has the name now. The workers keep their queues.
bool DpdkPort::open_again() {
  auto& interface = *interface_;
  // Only the driver creates a tap.
  if (!interface.is_tap && !interface.kernel->exists_up()) return false;
  if (opened_ && !retire()) return false;
  try {
    open();
    configure();
    rte_ether_addr old{};
    std::copy_n(interface.address.bytes, sizeof old.addr_bytes, old.addr_bytes);
    if (interface.is_tap) rte_eth_dev_default_mac_addr_set(id_, &old);
    start_device();
  } catch (ConfigError const&) {
    close();
    interface.next_attempt = Interface::Clock::now() + kAttempt;
    return false;
  }
  if (interface.sockets) {
    interface.early.reset();
    interface.early_readings = kEarlyReadings;
  }
  update_interface();
  for (auto& queue : guarded_rx_) queue->gate.open();
  for (auto& queue : guarded_tx_) queue->gate.open();
  return true;
}

PortStatistics DpdkPort::driver_statistics() const {
  PortStatistics now;
  rte_eth_stats stats{};
  if (opened_ && rte_eth_stats_get(id_, &stats) == 0) {
    now.missed = stats.imissed + stats.rx_nombuf;
    now.errors = stats.ierrors;
  }
  if (!interface_) return now;
  if (interface_->sockets) now.missed += interface_->sockets->counts().drops;
  now.missed += interface_->early.value_or(0) + interface_->tap_dropped;
  return now;
}

std::uint64_t DpdkPort::lost() const {
  if (!interface_) return 0;
  auto sum = interface_->closed_lost;
  if (interface_->sockets) sum += interface_->sockets->unsent();
  for (auto const& queue : guarded_tx_) sum += queue->too_long().get();
  return sum;
}

std::string DpdkPort::missed_source() const {
  if (interface_ && interface_->is_tap)
    return "tx_dropped of the interface, and the driver's rx_nombuf";
  if (driver_ == "net_af_packet")
    return "tp_drops of the packet sockets, and rx_packets of the interface while the port was not "
           "open";
  return "the driver's imissed and rx_nombuf";
}

}  // namespace warpline
