// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/packet/annotations.hpp"
#include "core/packet/verdict.hpp"

namespace warpline::ipsec {

/// The offsets of the parts of a future ESP packet; set by `EspOutbound::check_room`.
struct InnerPacket {
  static constexpr std::uint16_t kDontFragment = 0x4000;

  std::uint16_t padding;  ///< bytes before the trailer
  std::uint32_t end;      ///< end of the ICV, from the frame's first byte

  /// In transport mode only.
  std::uint16_t headers;  ///< bytes of IP headers before ESP
  std::uint16_t
      next_at;  ///< the byte after the layer-2 header that contains the protocol after them
};

/// True if a packet with an annotated network header is IPv4.
inline bool is_ipv4(Packet const& packet) noexcept {
  return (packet.flags & header_flag::kIpv4) != 0;
}
inline constexpr unsigned kDontFragmentShift = 12;  ///< from the annotation to the header's field
/// The flags of an outer header for it: DF as RFC 4301 section 8.1 has it. Routers do not fragment IPv6.
inline std::uint16_t fragment_flags(Packet const& packet) noexcept {
  static_assert(header_flag::kDontFragment << kDontFragmentShift == InnerPacket::kDontFragment);
  return static_cast<std::uint16_t>((packet.flags & header_flag::kDontFragment)
                                    << kDontFragmentShift);
}

/// Why a packet whose network header is annotated is no whole IP packet: `truncated`, `vlan` (more than
/// two tags), `not_ip`, `bad_ip_header`.
Verdict refuse_inner(Packet const& packet) noexcept;

/// True if a packet with an annotated network header is a whole IP packet.
inline bool is_whole_inner(Packet const& packet) noexcept {
  using namespace header_flag;
  return (packet.flags & (kIpv4 | kIpv6)) != 0 && (packet.flags & (kTruncated | kMalformed)) == 0;
}

/// Checks whether the packet can be protected. Drops: those of `refuse_inner`.
inline Verdict inspect_inner(Packet const& packet) noexcept {
  return is_whole_inner(packet) ? forward() : refuse_inner(packet);
}

}  // namespace warpline::ipsec
