// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/element/metrics.hpp"
#include "core/element/waker.hpp"
#include "core/net/link_type.hpp"
#include "core/net/wire.hpp"
#include "core/packet/packet.hpp"

namespace warpline {

/// One receive queue of a port, used by one thread.
class RxQueue {
 public:
  virtual ~RxQueue() = default;
  /// Receives up to `packets.size()` packets and returns their number. Fills each descriptor as
  /// `Packet::arrive` does, with the `port_index` of this queue.
  virtual unsigned receive(std::span<Packet> packets) noexcept = 0;
  /// True if no packet will ever arrive again (end of a capture).
  virtual bool finished() const noexcept { return false; }
  /// True if the packets come from another worker instead of a port.
  virtual bool inside() const noexcept { return false; }
  /// Requests a wake-up when packets may be available. Returns false if the queue cannot guarantee
  /// a wake-up, so that the worker must keep polling. The worker polls once more after the call.
  virtual bool arm(Waker&) noexcept { return false; }

  std::uint16_t port_index = 0;  ///< of its port; set by the element that receives
  std::uint64_t received = 0;    ///< `cycles()` when the last packets arrived; 0: now
  QueueCounters counters;        ///< kept by the element that receives
};

/// One transmit queue of a port, used by one thread.
class TxQueue {
 public:
  virtual ~TxQueue() = default;
  /// Transmits the first packets, takes their buffers, and returns their number. The caller keeps
  /// the rest.
  virtual unsigned transmit(std::span<Packet const> packets) noexcept = 0;
  /// True while the queue cannot accept packets, so that an immediate retry is useless.
  virtual bool failed() const noexcept { return false; }
  /// True if the packets go to another worker instead of a port.
  virtual bool inside() const noexcept { return false; }

  std::uint64_t received = 0;  ///< set before `transmit`: when its packets were received
  QueueCounters counters;      ///< kept by the element that sends
};

/// Counters that the port keeps itself, in addition to those of its queues.
struct PortStatistics {
  std::uint64_t missed = 0;   ///< arrived, but no descriptor or buffer was free
  std::uint64_t errors = 0;   ///< arrived damaged
  std::uint64_t refused = 0;  ///< arrived undamaged, but too long or in several segments
};

/// A device that receives and transmits packets: a NIC, a virtual device, a capture, a generator.
class Port {
 public:
  virtual ~Port() = default;

  std::string const& name() const { return name_; }
  unsigned index() const { return index_; }
  virtual std::string description() const = 0;
  /// Link types of the frames that the port receives, and of those that it can send.
  virtual LinkTypeSet received_links() const { return LinkType::kEthernet; }
  virtual LinkTypeSet sent_links() const { return LinkType::kEthernet; }
  virtual ether::Address address() const { return {}; }
  virtual int numa_node() const { return -1; }
  virtual PortStatistics statistics() const { return {}; }
  /// Notices for the user after the run, a sentence each: frames refused, a failed write.
  virtual std::vector<std::string> notices() const { return {}; }

  /// Starts the packet flow, after the queues were assigned and before the workers start.
  /// Throws `ConfigError` with the device's reason.
  virtual void start() {}
  /// Stops the packet flow, after the workers have ended. A second call has no effect.
  virtual void stop() noexcept {}

  /// The queue of worker `worker`, or null if the port has none for it. Owned by the port. Called
  /// before the port starts.
  virtual RxQueue* rx(unsigned worker) = 0;
  virtual TxQueue* tx(unsigned worker) = 0;

 protected:
  explicit Port(std::string name) : name_(std::move(name)) {}

 private:
  friend class PortSet;
  std::string name_;
  unsigned index_ = 0;
};

/// The ports of the program, numbered in the order they were added.
class PortSet {
 public:
  /// Throws `ConfigError` if there is already a port of that name.
  Port& add(std::unique_ptr<Port> port);

  std::size_t size() const { return ports_.size(); }
  Port& operator[](std::size_t index) const { return *ports_[index]; }
  std::vector<std::string> names() const;

  /// The port with that name or number. Throws `ConfigError` with a list of the ports.
  Port& find(std::string const& name) const;

  /// Marks the receive side of a port as used by a source; false if another source uses it on this
  /// worker.
  bool claim_rx(unsigned port, unsigned worker);
  /// Releases the claims of a worker's sources, before a graph is built that replaces the current
  /// one.
  void free_claims(unsigned worker);

 private:
  std::vector<std::unique_ptr<Port>> ports_;
  std::vector<std::pair<unsigned, unsigned>> claimed_;
};

}  // namespace warpline
