// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rte_mbuf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/packet/packet.hpp"

/// Between mbufs and packet descriptors: the hot path of all DPDK ports. For sources in `io/` only.
namespace warpline {

inline rte_mbuf* mbuf_of(Packet const& packet) { return static_cast<rte_mbuf*>(packet.buffer); }

/// What `to_packet` has seen of the mbufs of a burst.
struct Oddities {
  int max_length;  ///< bytes of the longest frame that is taken
  unsigned segments = 0;
  int room = 0;  ///< negative where a frame was longer, or claimed more than its buffer has

  /// A frame was in several segments or too long: such descriptors must not be used.
  bool any() const { return segments > 1 || room < 0; }
};

/// Describes an mbuf received by port `port`; `seen` gathers what is to be checked once a burst.
inline void to_packet(rte_mbuf* mbuf, Packet& packet, std::uint64_t port, Oddities& seen) {
  // Each field as it was written: a wider load would have to wait until the driver's stores are in
  // the cache.
  std::uint64_t const offset = mbuf->data_off, length = mbuf->data_len;
  int const tailroom = static_cast<int>(mbuf->buf_len) - static_cast<int>(offset + length);
  seen.segments |= mbuf->nb_segs;
  seen.room |= tailroom | (seen.max_length - static_cast<int>(length));
  packet.data = static_cast<std::uint8_t*>(mbuf->buf_addr) + offset;
  packet.buffer = mbuf;
  // A negative tailroom spoils the other fields, but then the packet is refused.
  packet.arrive(port, length, offset, static_cast<std::uint64_t>(tailroom));
}

/// Writes what may have changed back: where the frame begins and how long it is. Stores only, since
/// a packet's headroom is always the distance from the buffer's start.
inline rte_mbuf* to_mbuf(Packet const& packet) {
  auto* mbuf = mbuf_of(packet);
  std::uint32_t sizes;  // length and headroom
  std::memcpy(&sizes, &packet.length, sizeof sizes);
  mbuf->data_off = static_cast<std::uint16_t>(sizes >> 16);
  mbuf->data_len = static_cast<std::uint16_t>(sizes);
  mbuf->pkt_len = static_cast<std::uint16_t>(sizes);
  return mbuf;
}

}  // namespace warpline
