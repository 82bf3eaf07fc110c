// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/base/bytes.hpp"
#include "core/base/hd.hpp"

namespace warpline {

/// The part of a packet's descriptor that devices read: where its bytes are. 32 bytes, trivially
/// copyable. A device gets copies of heads or reads them in place (see `WorkItem`).
struct PacketHead {
  std::uint8_t* data;      ///< first byte of the frame
  void* buffer;            ///< handle of the buffer for its `BufferPool`; elements never use it
  std::uint16_t length;    ///< bytes of the frame
  std::uint16_t headroom;  ///< free bytes before `data`
  std::uint16_t tailroom;  ///< free bytes after the frame
  std::uint16_t in_port;   ///< index of the port it came from
  std::uint16_t out_port;  ///< index of the port that `ToOutput` sends it to
  std::uint8_t paint;      ///< Click's paint annotation
  std::uint8_t l2_length;  ///< bytes of the layer-2 header at `data`: 14, 18 or 22 (`kL2`)
  std::uint32_t tag;       ///< the word that a kernel reads: an SA (`kSa`), a group (`kScan`)

  /// The header at byte `offset`, or null if the frame is too short.
  template <class Header>
  WARPLINE_HD Header* header(unsigned offset) {
    static_assert(alignof(Header) == 1, "wire types only");
    if (data == nullptr) __builtin_unreachable();  // saves the caller's test half its work
    return offset + sizeof(Header) <= length ? reinterpret_cast<Header*>(data + offset) : nullptr;
  }
  template <class Header>
  WARPLINE_HD Header const* header(unsigned offset) const {
    return const_cast<PacketHead*>(this)->header<Header>(offset);
  }

  WARPLINE_HD Bytes bytes() const { return {data, length}; }
  WARPLINE_HD MutableBytes bytes() { return {data, length}; }
};

static_assert(sizeof(PacketHead) == 32 && std::is_trivially_copyable_v<PacketHead>);

/// What elements have read of a packet's headers: 8 bytes, so that one store sets all.
struct HeaderAnnotations {
  std::uint16_t l3_length;  ///< bytes of all IP headers (`kTransport`)
  std::uint16_t ip_length;  ///< bytes of the IP packet by its own header (`kNetwork`)
  std::uint8_t protocol;    ///< IP protocol number after the IP headers (`kTransport`)
  std::uint8_t tos;         ///< DSCP and ECN of the IP header (`kNetwork`)
  std::uint16_t flags;      ///< values of `header_flag` (`kL2`, `kNetwork`, `kTransport`)
};
static_assert(sizeof(HeaderAnnotations) == 8);

/// The descriptor of one packet: its head, and annotations (see core/packet/annotations.hpp). An
/// annotation may be read only after an element has set it: the graph checks that. No annotation
/// depends on where the buffer begins.
///
/// Not an mbuf: `io` fills it on receive and writes it back on transmit. It does not own the
/// buffer: the owner of the batch does. 48 bytes, trivially copyable; a copy of the packet copies
/// its annotations.
struct Packet : PacketHead, HeaderAnnotations {
  std::uint32_t flow;      ///< hash of the flow (`kFlow`)
  std::uint16_t next_hop;  ///< index of the next hop (`kNextHop`)
  std::uint16_t vlan;      ///< TCI of the outer VLAN tag, if the frame is tagged (`kL2`)

  /// Moves the last `size` bytes of headroom into the frame; false if there are fewer.
  WARPLINE_HD bool prepend(unsigned size) {
    if (size > headroom) return false;
    data -= size;
    headroom = static_cast<std::uint16_t>(headroom - size);
    length = static_cast<std::uint16_t>(length + size);
    return true;
  }
  /// Moves the first `size` bytes of tailroom into the frame; false if there are fewer.
  WARPLINE_HD bool append(unsigned size) {
    if (size > tailroom) return false;
    tailroom = static_cast<std::uint16_t>(tailroom - size);
    length = static_cast<std::uint16_t>(length + size);
    return true;
  }
  /// Removes the first `size` bytes; `size` must not exceed `length`.
  WARPLINE_HD void trim_front(unsigned size) {
    data += size;
    headroom = static_cast<std::uint16_t>(headroom + size);
    length = static_cast<std::uint16_t>(length - size);
  }
  /// Removes the last `size` bytes; `size` must not exceed `length`.
  WARPLINE_HD void trim_back(unsigned size) {
    tailroom = static_cast<std::uint16_t>(tailroom + size);
    length = static_cast<std::uint16_t>(length - size);
  }

  /// Resets what the last use of the descriptor has left. The packet enters by port `port` and
  /// leaves by the same port unless an element chooses another.
  WARPLINE_HD void arrive(std::uint16_t port) {
    in_port = out_port = port;
    paint = l2_length = 0;
    tag = 0;
    spoil_annotations();
  }
  /// In debug builds, sets annotations to values that no element would set.
  WARPLINE_HD void spoil_annotations() {
#if !defined(NDEBUG)
    l3_length = ip_length = flags = next_hop = vlan = 0xa5a5;
    protocol = tos = 0xa5;
    flow = 0xa5a5a5a5;
#endif
  }
  /// The same for a frame of `size` bytes with this headroom and tailroom, in two stores.
  void arrive(std::uint64_t port, std::uint64_t size, std::uint64_t headroom_size,
              std::uint64_t tailroom_size);
};

static_assert(sizeof(Packet) == 48 && std::is_trivially_copyable_v<Packet>);

inline void Packet::arrive(std::uint64_t port, std::uint64_t size, std::uint64_t headroom_size,
                           std::uint64_t tailroom_size) {
  static_assert(offsetof(PacketHead, headroom) - offsetof(PacketHead, length) == 2);
  static_assert(offsetof(PacketHead, tailroom) - offsetof(PacketHead, length) == 4);
  static_assert(offsetof(PacketHead, in_port) - offsetof(PacketHead, length) == 6);
  static_assert(offsetof(PacketHead, out_port) - offsetof(PacketHead, length) == 8);
  static_assert(offsetof(PacketHead, length) == 16);
  std::uint64_t const words[2] = {size | headroom_size << 16 | tailroom_size << 32 | port << 48,
                                  port};
  std::memcpy(&length, words, sizeof words);
  spoil_annotations();
}

}  // namespace warpline
