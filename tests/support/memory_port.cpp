// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/memory_port.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace warpline::test {

unsigned MemoryPort::receive(std::span<Packet> packets) noexcept {
  auto count = std::min(packets.size(), frames_.size());
  if (!bursts_.empty() && count > 0)
    count = std::min<std::size_t>(count, bursts_[next_burst_++ % bursts_.size()]);
  packets = packets.first(count);
  if (!buffers_.allocate(packets)) return 0;
  for (auto& packet : packets) {
    auto const& frame = frames_.front();
    auto const length = static_cast<unsigned>(frame.size());
    if (length + tailroom_ > packet.tailroom) {
      ADD_FAILURE() << "a frame of " << length << " bytes is too long for the buffers";
      frames_.pop_front();
      continue;
    }
    // At the end of the buffer: a read past the frame and its tailroom is a read past the buffer.
    auto const shift = packet.tailroom - length - tailroom_;
    packet.data += shift;
    packet.headroom = static_cast<std::uint16_t>(packet.headroom + shift);
    packet.tailroom = static_cast<std::uint16_t>(packet.tailroom - shift);
    packet.append(length);
    packet.arrive(port_index);
    if (length > 0) std::memcpy(packet.data, frame.data(), length);
    frames_.pop_front();
  }
  return static_cast<unsigned>(packets.size());
}

unsigned MemoryPort::transmit(std::span<Packet const> packets) noexcept {
  packets = packets.first(std::min(packets.size(), room_));
  for (auto const& packet : packets)
    sent_.push_back({Frame(packet.data, packet.data + packet.length), packet.in_port, packet.paint,
                     packet.tag, packet.flow});
  buffers_.release(packets);
  room_ -= packets.size();
  return static_cast<unsigned>(packets.size());
}

}  // namespace warpline::test
