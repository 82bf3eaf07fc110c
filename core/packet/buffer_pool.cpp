// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/packet/buffer_pool.hpp"

namespace warpline {

HeapBufferPool::HeapBufferPool(std::size_t count, unsigned frame_size, unsigned tailroom)
    : count_(count),
      stride_(kHeadroom + frame_size + tailroom),
      storage_(std::make_unique<std::uint8_t[]>(count * stride_)) {
  free_.reserve(count);
  for (std::size_t i = count; i-- > 0;) free_.push_back(storage_.get() + i * stride_);
}

bool HeapBufferPool::allocate(std::span<Packet> packets) noexcept {
  if (packets.size() > free_.size()) return false;
  for (auto& packet : packets) {
    auto* buffer = free_.back();
    free_.pop_back();
    packet = Packet{};
    packet.buffer = buffer;
    packet.data = buffer + kHeadroom;
    packet.headroom = kHeadroom;
    packet.tailroom = static_cast<std::uint16_t>(stride_ - kHeadroom);
  }
  return true;
}

void HeapBufferPool::release(std::span<Packet const> packets) noexcept {
  for (auto const& packet : packets) free_.push_back(static_cast<std::uint8_t*>(packet.buffer));
}

}  // namespace warpline
