// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace warpline {

/// The packet sockets of DPDK's net_af_packet driver for one interface, and their rings (packet(7);
/// TPACKET_V2). The driver exposes neither, but only they count the lost frames. One thread.
class PacketSockets {
 public:
  /// The packet sockets of this process that have rings of version 2, by file descriptor.
  static std::set<int> all();

  /// The sockets of `all()` that are not in `before`, in the order of the driver's queues.
  /// `arguments`: the driver's, for the sizes of the rings.
  PacketSockets(std::set<int> const& before, std::string const& arguments);
  PacketSockets(PacketSockets const&) = delete;
  PacketSockets& operator=(PacketSockets const&) = delete;
  /// May be destroyed before or after the driver closes its sockets.
  ~PacketSockets();

  /// The socket of a queue, or -1.
  int file(unsigned queue) const;

  /// The beginning of a queue's receive ring.
  struct Beginning {
    unsigned skip = 0;  ///< frames up to the last one of another interface
    unsigned own = 0;   ///< those that came from the right interface
  };
  /// Examines the ring of `queue` before the driver has read from it. The driver's sockets receive
  /// from all interfaces until it binds them: such frames must not be received, and are not counted
  /// below.
  Beginning begin(unsigned queue, unsigned interface_index);

  /// Frames that arrived from the interface since the rings exist, and those of them that found the
  /// ring full (tp_packets and tp_drops).
  struct Counts {
    std::uint64_t packets = 0, drops = 0;
  };
  Counts counts();

  /// Frames in the transmit rings that the kernel has not sent.
  std::uint64_t unsent() const;
  /// Frames in the receive rings that the driver has not read.
  std::uint64_t unread() const;

  /// Clears the error that a lost link leaves on a socket, and makes the kernel send the frames in
  /// the transmit rings.
  void send_waiting();

  /// The longest frame that a slot of a ring holds; the driver frees longer ones.
  std::size_t max_frame() const;

 private:
  struct Ring {
    int file = -1;
    unsigned char* memory = nullptr;  // receive ring, then transmit ring
    Counts counts{};
    std::uint64_t ignored = 0;  // frames of other interfaces, and those from before the ring
  };
  static void update(Ring& ring);
  std::uint64_t count(Ring const& ring, bool transmit, std::uint32_t status) const;

  std::size_t block_size_, frame_size_ = 2048, frames_ = 512;
  std::size_t ring_size_ = 0;  // bytes of one direction
  std::vector<Ring> rings_;
};

}  // namespace warpline
