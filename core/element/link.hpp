// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

/// Optional interfaces of ports and queues besides `Port` and `TxQueue`; found by `dynamic_cast`,
/// away from the packet path.
namespace warpline {

/// Whether packets can leave a port.
enum class LinkState : std::uint8_t {
  kUp,
  kDown,  ///< no carrier, or switched off
  kGone,  ///< the interface was deleted, or the device is not open
};

/// A change of a port's link.
struct LinkEvent {
  LinkState state = LinkState::kUp;
  std::string text{};  ///< for the user, without the port's name: `link down (interface eth0)`
};

/// A port that watches its link. Used by the control thread only.
class LinkWatch {
 public:
  virtual ~LinkWatch() = default;
  /// Checks the link, and opens the port again, at most once a second, if its interface had
  /// vanished. Returns a change since the last call; the link counts as up before the first. Call
  /// it every few milliseconds while the port is started. Never blocks on a worker.
  virtual std::optional<LinkEvent> check_link() = 0;
  /// Packets that a transmit queue took and that never left: counted as transmitted by the queue.
  virtual std::uint64_t lost() const = 0;
  /// The counter that `PortStatistics::missed` is read from.
  virtual std::string missed_source() const = 0;
};

/// A transmit queue that knows the link of its port, and so why it takes no packets.
class TxLink {
 public:
  virtual ~TxLink() = default;
  /// If the link is up, a queue that takes no packets is full. The queue's thread.
  virtual LinkState link() const noexcept = 0;
};

/// A port that may have fewer queues than there are workers.
class QueueAdvice {
 public:
  virtual ~QueueAdvice() = default;
  /// The text for the port's specification that gives it `workers` queues: `qpairs=2`; empty if the
  /// device has no more.
  virtual std::string queue_advice(unsigned workers) const = 0;
};

class Port;

/// The problem and the remedy if a port has transmit queues, but fewer than there are workers:
/// `port 'net_af_packet0': 1 queue, 2 workers; write 'qpairs=2' in its specification, or
/// '--workers 1'`.
std::optional<std::string> describe_few_queues(Port& port, unsigned workers);

}  // namespace warpline
