// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"
#include "core/packet/packet.hpp"

namespace warpline::ipsec {

/// The tag of a packet under ESP: the index of its SA in the array of keys, and the offset of its
/// ESP header in the frame. With a header after IPv4 without options it is the index alone.
struct SaTag {
  /// The first byte at which ESP headers begin: after Ethernet and IPv4.
  static constexpr std::uint32_t kFirstOffset = 34;
  static constexpr std::uint32_t kIndexBits = 26;
  /// Maximum number of SAs.
  static constexpr std::uint32_t kCapacity = 1u << kIndexBits;
  /// The tag of a packet that has no SA.
  static constexpr std::uint32_t kNoSa = ~0u;

  std::uint32_t value;

  WARPLINE_HD constexpr explicit SaTag(std::uint32_t tag) : value(tag) {}
  /// `index` below `kCapacity`; `esp_offset` from 34 to 286, 34 and a multiple of 4.
  WARPLINE_HD constexpr SaTag(std::uint32_t index, std::uint32_t esp_offset)
      : value(index | (esp_offset - kFirstOffset) / 4 << kIndexBits) {}

  WARPLINE_HD constexpr std::uint32_t index() const { return value & (kCapacity - 1); }
  /// Bytes between byte 34 and the ESP header.
  WARPLINE_HD constexpr std::uint32_t offset() const { return (value >> kIndexBits) * 4; }

  /// The part of a frame that a kernel edits: from the ESP header on, given the bytes from byte 34
  /// on.
  WARPLINE_HD constexpr MutableBytes esp(MutableBytes rest) const {
    std::uint32_t const skipped = offset() < rest.size ? offset() : rest.size;
    return {rest.data + skipped, rest.size - skipped};
  }
  /// The same for a whole frame of at least 34 bytes.
  WARPLINE_HD MutableBytes esp(PacketHead const& packet) const {
    return esp(MutableBytes{packet.data + kFirstOffset, packet.length - kFirstOffset});
  }
};

}  // namespace warpline::ipsec
