// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "core/net/parse.hpp"
#include "core/packet/packet.hpp"

namespace warpline::ipsec {

/// Makes a frame with VLAN tags look like one without, for code that moves an Ethernet header of 14
/// bytes, and restores it: removes as many bytes from its front as the tags have. The 12 bytes
/// before the Ethernet type are then a part of addresses and tags.
class HiddenTags {
 public:
  explicit HiddenTags(Packet& packet) : size_(packet.l2_length - ether::kSize) {
    std::memcpy(front_.data(), packet.data, size_);
    packet.trim_front(size_);
    packet.l2_length = ether::kSize;
  }
  /// Restores the bytes before the frame at its new place. The frame must have grown by no more
  /// than its headroom allowed with the tags.
  void restore(Packet& packet) const {
    packet.prepend(size_);
    std::memcpy(packet.data, front_.data(), size_);
    packet.l2_length = static_cast<std::uint8_t>(ether::kSize + size_);
  }
  std::uint32_t size() const { return size_; }

 private:
  std::uint32_t size_;
  std::array<std::uint8_t, kMaxL2Length - ether::kSize> front_;
};

}  // namespace warpline::ipsec
