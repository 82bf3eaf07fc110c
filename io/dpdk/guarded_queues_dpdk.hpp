// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cerrno>

#include "core/element/link.hpp"
#include "core/element/metrics.hpp"
#include "io/dpdk/dpdk_port.hpp"
#include "io/dpdk/mbuf_dpdk.hpp"

/// The queues of a `DpdkPort` on an interface of the kernel, which may vanish at any time. A gate
/// costs about 20 cycles a burst, and the driver's system call costs thousands; ports without such
/// an interface have no gates. For sources in `io/` only.
namespace warpline {

/// Keeps a worker out of a queue while the control thread exchanges the device below it.
///
/// Each side first announces itself and then looks at the other (Dekker): either the worker sees
/// the gate closed, or the control thread sees the worker inside. Neither waits.
class QueueGate {
 public:
  /// Worker: true if it may use the driver until `leave`.
  bool enter() noexcept {
    inside_.store(true, std::memory_order_seq_cst);
    if (!closed_.load(std::memory_order_seq_cst)) return true;
    leave();
    return false;
  }
  void leave() noexcept { inside_.store(false, std::memory_order_release); }

  /// Control thread: closes the gate. Returns true when no worker is inside; the gate then stays
  /// empty until it is opened.
  bool close() noexcept {
    closed_.store(true, std::memory_order_seq_cst);
    return !inside_.load(std::memory_order_seq_cst);
  }
  void open() noexcept { closed_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> inside_{false}, closed_{false};
};

/// Around the receive queue `inner`, both of one port.
class DpdkPort::GuardedRx final : public RxQueue {
 public:
  GuardedRx(RxQueue& inner, std::atomic<LinkState> const& link) : inner_(inner), link_(link) {}

  unsigned receive(std::span<Packet> packets) noexcept override {
    if (!gate.enter()) return 0;
    inner_.port_index = port_index;
    auto const count = inner_.receive(packets);
    gate.leave();
    return count;
  }
  /// Without a link nothing is received, and the driver's file may be readable all the time: the
  /// worker looks again after its longest sleep.
  bool arm(Waker& waker) noexcept override {
    if (link_.load(std::memory_order_relaxed) != LinkState::kUp || !gate.enter()) return true;
    auto const armed = inner_.arm(waker);
    gate.leave();
    return armed;
  }

  QueueGate gate;

 private:
  RxQueue& inner_;
  std::atomic<LinkState> const& link_;
};

/// Around the transmit queue `inner`, both of one port.
class DpdkPort::GuardedTx final : public TxQueue, public TxLink {
 public:
  GuardedTx(TxQueue& inner, std::atomic<LinkState> const& link) : inner_(inner), link_(link) {}

  unsigned transmit(std::span<Packet const> packets) noexcept override {
    if (known_link() != LinkState::kUp || !gate.enter()) return 0;
    error_ = 0;
    unsigned total = 0;
    while (!packets.empty()) {
      auto const fitting = count_fitting(packets);
      auto const sent = fitting == 0 ? 0 : inner_.transmit(packets.first(fitting));
      total += sent;
      if (sent < fitting) error_ = errno;
      if (sent < fitting || fitting == packets.size()) break;
      // The driver would silently free it, or stop at it.
      rte_pktmbuf_free(to_mbuf(packets[fitting]));
      too_long_.add(1);
      ++total;
      packets = packets.subspan(fitting + 1);
    }
    gate.leave();
    return total;
  }

  /// The worker may notice a dead link before the control thread does: then the error of the
  /// driver's last system call shows it.
  LinkState link() const noexcept override {
    auto const link = known_link();
    if (link != LinkState::kUp) return link;
    if (error_ == ENETDOWN || error_ == EIO) return LinkState::kDown;
    return error_ == ENXIO || error_ == EBADFD ? LinkState::kGone : LinkState::kUp;
  }

  /// Bytes of the longest frame that the interface accepts, and of the longest with a VLAN tag. Any
  /// thread.
  void set_max_frame(unsigned bytes, unsigned tagged_bytes) {
    max_frame_.store(bytes, std::memory_order_relaxed);
    max_tagged_frame_.store(tagged_bytes, std::memory_order_relaxed);
  }
  /// Frames freed for their length. Any thread.
  Counter const& too_long() const { return too_long_; }

  QueueGate gate;

 private:
  LinkState known_link() const noexcept { return link_.load(std::memory_order_relaxed); }
  std::size_t count_fitting(std::span<Packet const> packets) const noexcept {
    auto const max = max_frame_.load(std::memory_order_relaxed);
    auto const max_tagged = max_tagged_frame_.load(std::memory_order_relaxed);
    std::size_t i = 0;
    while (i < packets.size() &&
           (packets[i].length <= max || (packets[i].length <= max_tagged && is_tagged(packets[i]))))
      ++i;
    return i;
  }
  static bool is_tagged(Packet const& packet) noexcept {
    return packet.length >= 14 && packet.data[12] == 0x81 && packet.data[13] == 0x00;
  }

  TxQueue& inner_;
  std::atomic<LinkState> const& link_;
  int error_ = 0;  // after which the driver stopped early
  std::atomic<unsigned> max_frame_{1514}, max_tagged_frame_{1518};
  Counter too_long_;
};

}  // namespace warpline
