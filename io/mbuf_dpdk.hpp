// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rte_mbuf.h>

#include <cstdint>

#include "core/packet.hpp"

/// Between mbufs and packet descriptors: the hot path of all DPDK ports. For sources in `io/` only.
namespace warpline {

inline rte_mbuf* mbuf_of(Packet const& packet) { return static_cast<rte_mbuf*>(packet.buffer); }

/// Describes a received mbuf. Not zero: the frame is in several segments, or claims more bytes than
/// its buffer has, and the descriptor must not be used.
inline unsigned to_packet(rte_mbuf* mbuf, Packet& packet) {
  unsigned const offset = mbuf->data_off;
  unsigned const length = mbuf->data_len;
  int const tailroom = static_cast<int>(mbuf->buf_len - offset - length);
  packet.data = static_cast<std::uint8_t*>(mbuf->buf_addr) + offset;
  packet.buffer = mbuf;
  packet.length = static_cast<std::uint16_t>(length);
  packet.headroom = static_cast<std::uint16_t>(offset);
  packet.tailroom = static_cast<std::uint16_t>(tailroom);
  return (mbuf->nb_segs ^ 1u) | static_cast<unsigned>(tailroom < 0);
}

/// Writes what may have changed back: where the frame begins and how long it is. Stores only, since a
/// packet's headroom is always the distance from the buffer's start.
inline rte_mbuf* to_mbuf(Packet const& packet) {
  auto* mbuf = mbuf_of(packet);
  mbuf->data_off = packet.headroom;
  mbuf->data_len = packet.length;
  mbuf->pkt_len = packet.length;
  return mbuf;
}

}  // namespace warpline
