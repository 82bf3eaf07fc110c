// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/guarded_pool.hpp"

#include <gtest/gtest.h>

namespace warpline::test {

GuardedPool::~GuardedPool() {
  for (auto* buffer : live_) memory_->deallocate(buffer, kHeadroom + frame_size_, 16);
}

bool GuardedPool::allocate(std::span<Packet> packets) noexcept {
  if (live_.size() + packets.size() > count_) return false;
  for (auto& packet : packets) {
    packet = Packet{};
    packet.buffer = memory_->allocate(kHeadroom + frame_size_, 16);
    packet.data = static_cast<std::uint8_t*>(packet.buffer) + kHeadroom;
    packet.headroom = kHeadroom;
    packet.tailroom = static_cast<std::uint16_t>(frame_size_);
    live_.insert(packet.buffer);
  }
  return true;
}

void GuardedPool::release(std::span<Packet const> packets) noexcept {
  for (auto const& packet : packets) {
    if (live_.erase(packet.buffer) == 1)
      memory_->deallocate(packet.buffer, kHeadroom + frame_size_, 16);
    else
      ADD_FAILURE() << "a buffer was released that is not in use";
  }
}

}  // namespace warpline::test
