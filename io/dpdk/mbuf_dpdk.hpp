// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rte_mbuf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/packet/packet.hpp"

/// Between mbufs and packet descriptors: the hot path of all DPDK ports. Receiving takes 26.4
/// instructions a packet, transmitting 10.4, without the driver (benchmarks/instructions, bursts of
/// 32, g++ 12, November 2026). For sources in `io/` only.
namespace warpline {

inline rte_mbuf* mbuf_of(Packet const& packet) { return static_cast<rte_mbuf*>(packet.buffer); }

/// Collects properties of the mbufs of a burst that are checked once for all of them.
struct BurstSummary {
  std::uint32_t length_bits = 0;  ///< the OR of all lengths: at least the longest
  std::uint16_t segments = 0;
  int tailroom = 0;  ///< negative if a frame claimed more than its buffer has

  /// Every frame is in one segment and within its buffer.
  bool whole() const { return segments <= 1 && tailroom >= 0; }
  /// True if no frame is longer than `max_length`; false does not mean that one is.
  bool within(unsigned max_length) const { return length_bits <= max_length; }
};

/// Describes an mbuf received by port `port`; `summary` collects what is checked once a burst.
inline void to_packet(rte_mbuf* mbuf, Packet& packet, std::uint64_t port, BurstSummary& summary) {
  // Each field is read with the width of its store: a wider load would wait until the driver's
  // stores are in the cache.
  std::uint64_t const offset = mbuf->data_off, length = mbuf->data_len;
  auto const tailroom = static_cast<int>(mbuf->buf_len - length - offset);
  summary.segments |= mbuf->nb_segs;
  summary.length_bits |= static_cast<std::uint32_t>(length);
  summary.tailroom |= tailroom;
  packet.data = static_cast<std::uint8_t*>(mbuf->buf_addr) + offset;
  packet.buffer = mbuf;
  // A negative tailroom spoils the other fields, but then the packet is refused.
  packet.arrive(port, length, offset, static_cast<std::uint64_t>(tailroom));
}

/// Writes back what may have changed: where the frame begins and its length. Stores only, because a
/// packet's headroom is always the distance from the buffer's start.
inline rte_mbuf* to_mbuf(Packet const& packet) {
  auto* mbuf = mbuf_of(packet);
  mbuf->data_off = packet.headroom;
  mbuf->data_len = packet.length;
  mbuf->pkt_len = packet.length;
  return mbuf;
}

}  // namespace warpline
