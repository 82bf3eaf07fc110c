// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rte_ethdev.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "core/element/link.hpp"
#include "core/element/metrics.hpp"
#include "io/dpdk/dpdk_port.hpp"
#include "io/dpdk/mbuf_dpdk.hpp"
#include "io/dpdk/rx_interrupt_dpdk.hpp"

/// The queues of `DpdkPort`: the hot path. For sources in `io/` only.
namespace warpline {

constexpr std::size_t kDpdkBurst = 256;

/// A receive queue of a device. Worker's thread.
class DpdkPort::Rx final : public RxQueue {
 public:
  /// `max_length`: bytes of the longest frame that is accepted.
  Rx(std::uint16_t device, std::uint16_t queue, unsigned max_length)
      : device_(device), queue_(queue), max_length_(max_length), interrupt_(device, queue) {}

  /// Uses another device from now on. No worker may use the queue meanwhile.
  void set_device(std::uint16_t device) {
    device_ = device;
    interrupt_.set_device(device);
  }

  unsigned receive(std::span<Packet> packets) noexcept override {
    rte_mbuf* mbufs[kDpdkBurst];
    auto const max_count = static_cast<std::uint16_t>(std::min(packets.size(), kDpdkBurst));
    unsigned const count = rte_eth_rx_burst(device_, queue_, mbufs, max_count);
    if (count == 0) return 0;
    interrupt_.disarm();
    std::uint64_t const port = port_index;
    BurstSummary summary;
#pragma GCC unroll 4
    for (unsigned i = 0; i < count; ++i) to_packet(mbufs[i], packets[i], port, summary);
    if (summary.whole() && (summary.within(max_length_) || fit(packets.first(count)))) [[likely]]
      return count;
    return refuse(mbufs, count, packets);
  }

  bool arm(Waker& waker) noexcept override { return interrupt_.arm(waker); }

  RxInterrupt& interrupt() { return interrupt_; }
  Counter const& refused() const { return refused_; }

 private:
  bool fit(std::span<Packet const> packets) const noexcept {
    return std::all_of(packets.begin(), packets.end(),
                       [this](Packet const& packet) { return packet.length <= max_length_; });
  }

  /// Fills the descriptors again, without the frames that do not fit one.
  [[gnu::cold]] unsigned refuse(rte_mbuf** mbufs, unsigned count,
                                std::span<Packet> packets) noexcept {
    unsigned end = 0;
    for (unsigned i = 0; i < count; ++i) {
      BurstSummary summary;
      to_packet(mbufs[i], packets[end], port_index, summary);
      if (summary.whole() && summary.within(max_length_)) {
        ++end;
      } else {
        rte_pktmbuf_free(mbufs[i]);
        refused_.add(1);
      }
    }
    return end;
  }

  std::uint16_t device_;
  std::uint16_t queue_;
  unsigned max_length_;
  RxInterrupt interrupt_;
  Counter refused_;
};

/// A transmit queue of a device. Worker's thread.
class DpdkPort::Tx final : public TxQueue, public TxLink {
 public:
  /// `link`: the port's, which its control thread keeps.
  Tx(std::uint16_t device, std::uint16_t queue, unsigned shortest,
     std::atomic<LinkState> const& link)
      : device_(device), queue_(queue), shortest_(shortest), link_(link) {}

  /// Uses another device from now on. No worker may use the queue meanwhile.
  void set_device(std::uint16_t device) { device_ = device; }

  LinkState link() const noexcept override { return link_.load(std::memory_order_relaxed); }

  unsigned transmit(std::span<Packet const> packets) noexcept override {
    unsigned total = 0;
    while (!packets.empty()) {
      rte_mbuf* mbufs[kDpdkBurst];
      auto const count = std::min(packets.size(), kDpdkBurst);
#pragma GCC unroll 4
      for (std::size_t i = 0; i < count; ++i) mbufs[i] = to_mbuf(packets[i]);
      if (shortest_ > 0) pad(packets.first(count));
      unsigned const sent =
          rte_eth_tx_burst(device_, queue_, mbufs, static_cast<std::uint16_t>(count));
      total += sent;
      if (sent < count) break;
      packets = packets.subspan(count);
    }
    return total;
  }

 private:
  /// A NIC may stop for good at a frame shorter than its header.
  void pad(std::span<Packet const> packets) noexcept {
    for (auto const& packet : packets) {
      if (packet.length >= shortest_ ||
          packet.length + packet.tailroom < static_cast<int>(shortest_))
        continue;
      std::memset(packet.data + packet.length, 0, shortest_ - packet.length);
      auto* mbuf = mbuf_of(packet);
      mbuf->data_len = static_cast<std::uint16_t>(shortest_);
      mbuf->pkt_len = shortest_;
    }
  }

  std::uint16_t device_;
  std::uint16_t queue_;
  unsigned shortest_;
  std::atomic<LinkState> const& link_;
};

}  // namespace warpline
