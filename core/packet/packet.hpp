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

/// The descriptor of one packet: where its bytes are and what is known of it.
///
/// Not an mbuf: `io` fills it on receive and writes it back on transmit. It does not own the
/// buffer: whoever holds the batch does. 32 bytes, trivially copyable, readable by a device.
struct Packet {
  std::uint8_t* data;    ///< first byte of the frame
  void* buffer;          ///< handle of the buffer for its `BufferPool`; never followed by elements
  std::uint16_t length;  ///< bytes of the frame
  std::uint16_t headroom;  ///< free bytes before `data`
  std::uint16_t tailroom;  ///< free bytes behind the frame
  std::uint16_t in_port;   ///< index of the port it came from
  std::uint16_t out_port;  ///< index of the port that `ToOutput` sends it to
  std::uint8_t paint;      ///< Click's paint annotation
  std::uint8_t reserved;
  std::uint32_t tag;  ///< index set by one element for another: an SA, a flow

  /// The header at byte `offset`, or null where the frame ends before it does.
  template <class Header>
  WARPLINE_HD Header* header(unsigned offset) {
    static_assert(alignof(Header) == 1, "wire types only");
    if (data == nullptr) __builtin_unreachable();  // saves the caller's test half its work
    return offset + sizeof(Header) <= length ? reinterpret_cast<Header*>(data + offset) : nullptr;
  }
  template <class Header>
  WARPLINE_HD Header const* header(unsigned offset) const {
    return const_cast<Packet*>(this)->header<Header>(offset);
  }

  /// Takes `size` bytes of headroom into the frame; false where there are fewer.
  WARPLINE_HD bool prepend(unsigned size) {
    if (size > headroom) return false;
    data -= size;
    headroom = static_cast<std::uint16_t>(headroom - size);
    length = static_cast<std::uint16_t>(length + size);
    return true;
  }
  /// Takes `size` bytes of tailroom into the frame; false where there are fewer.
  WARPLINE_HD bool append(unsigned size) {
    if (size > tailroom) return false;
    tailroom = static_cast<std::uint16_t>(tailroom - size);
    length = static_cast<std::uint16_t>(length + size);
    return true;
  }
  /// Gives the first `size` bytes back; `size` must not exceed `length`.
  WARPLINE_HD void trim_front(unsigned size) {
    data += size;
    headroom = static_cast<std::uint16_t>(headroom + size);
    length = static_cast<std::uint16_t>(length - size);
  }
  /// Gives the last `size` bytes back; `size` must not exceed `length`.
  WARPLINE_HD void trim_back(unsigned size) {
    tailroom = static_cast<std::uint16_t>(tailroom + size);
    length = static_cast<std::uint16_t>(length - size);
  }

  /// Forgets what another packet's way has left here: it comes in by port `port`, and goes out
  /// there unless an element chooses otherwise.
  WARPLINE_HD void arrive(std::uint16_t port) {
    in_port = out_port = port;
    paint = reserved = 0;
    tag = 0;
  }
  /// The same for a frame of `size` bytes with so much room around it, in two stores.
  void arrive(std::uint64_t port, std::uint64_t size, std::uint64_t headroom_size,
              std::uint64_t tailroom_size);

  WARPLINE_HD Bytes bytes() const { return {data, length}; }
  WARPLINE_HD MutableBytes bytes() { return {data, length}; }
};

static_assert(sizeof(Packet) == 32 && std::is_trivially_copyable_v<Packet>);

inline void Packet::arrive(std::uint64_t port, std::uint64_t size, std::uint64_t headroom_size,
                           std::uint64_t tailroom_size) {
  static_assert(offsetof(Packet, headroom) - offsetof(Packet, length) == 2);
  static_assert(offsetof(Packet, tailroom) - offsetof(Packet, length) == 4);
  static_assert(offsetof(Packet, in_port) - offsetof(Packet, length) == 6);
  static_assert(offsetof(Packet, out_port) - offsetof(Packet, length) == 8);
  static_assert(offsetof(Packet, length) == 16);
  std::uint64_t const words[2] = {size | headroom_size << 16 | tailroom_size << 32 | port << 48,
                                  port};
  std::memcpy(&length, words, sizeof words);
}

}  // namespace warpline
