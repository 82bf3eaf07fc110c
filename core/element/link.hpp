// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

/// What ports and queues may implement beyond `Port` and `TxQueue`; found by `dynamic_cast`, away
/// from the packet path.
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
  /// Looks at the link, and opens the port again, at most once a second, where its interface had
  /// vanished. Returns a change since the last call; the link counts as up before the first. To be
  /// called every few milliseconds while the port is started; never blocks on a worker.
  virtual std::optional<LinkEvent> check_link() = 0;
  /// Packets that a transmit queue took and that never left: counted as transmitted by the queue.
  virtual std::uint64_t lost() const = 0;
  /// The counter that `PortStatistics::missed` is read from.
  virtual std::string missed_source() const = 0;
};

/// A transmit queue that knows the link of its port: why it takes no packets.
class TxLink {
 public:
  virtual ~TxLink() = default;
  /// Where it is up, a queue that takes no packets is full. The queue's thread.
  virtual LinkState link() const noexcept = 0;
};

/// A port that may have fewer queues than there are workers.
class QueueAdvice {
 public:
  virtual ~QueueAdvice() = default;
  /// What to write in the port's specification for `workers` queues: `qpairs=2`; empty where the
  /// device can have no more.
  virtual std::string queue_advice(unsigned workers) const = 0;
};

class Port;

/// What is wrong where a port has transmit queues, but fewer than there are workers, and what to
/// write: `port 'net_af_packet0': 1 queue, 2 workers; write 'qpairs=2' in its specification, or
/// '--workers 1'`.
std::optional<std::string> describe_few_queues(Port& port, unsigned workers);

}  // namespace warpline
