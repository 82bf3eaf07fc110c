// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/packet/annotations.hpp"
#include "core/packet/verdict.hpp"

namespace warpline::ipsec {

/// The inner packet of a frame, as far as encapsulation needs to know it.
struct InnerPacket {
  static constexpr std::uint16_t kDontFragment = 0x4000;

  std::uint16_t size;      ///< bytes by its own header; what the frame holds beyond is padding
  std::uint16_t fragment;  ///< the outer header's flags: DF as RFC 4301 section 8.1 has it
  std::uint8_t tos;        ///< IPv4 TOS or IPv6 traffic class
  std::uint8_t protocol;   ///< 4 or 41: the trailer's next header
  std::uint16_t padding;   ///< bytes before the trailer; set with `end`
  std::uint32_t end;       ///< where the integrity value will end, from the frame's first byte

  /// Transport mode alone; set by `EspOutbound::check_room`.
  std::uint16_t headers;  ///< bytes of IP headers that ESP goes behind
  std::uint16_t
      next_at;  ///< the byte after the layer-2 header that says which protocol is after them
};

/// Why a packet whose network header is annotated is no whole IP packet: `truncated`, `vlan` (more than
/// two tags), `not_ip`, `bad_ip_header`.
Verdict refuse_inner(Packet const& packet) noexcept;

/// Whether a packet whose network header is annotated is a whole IP packet.
inline bool is_whole_inner(Packet const& packet) noexcept {
  using namespace header_flag;
  return (packet.flags & (kIpv4 | kIpv6)) != 0 && (packet.flags & (kTruncated | kMalformed)) == 0;
}

/// What the packet's annotations (`kNetwork`) say of it. Drops: those of `refuse_inner`.
inline Verdict inspect_inner(Packet const& packet, InnerPacket& inner) noexcept {
  using namespace header_flag;
  if (!is_whole_inner(packet)) [[unlikely]]
    return refuse_inner(packet);
  auto const flags = packet.flags;
  inner.size = packet.ip_length;
  inner.fragment = (flags & kDontFragment) != 0 ? InnerPacket::kDontFragment : std::uint16_t{0};
  inner.tos = packet.tos;
  inner.protocol = (flags & kIpv4) != 0 ? protocol::kIpv4 : protocol::kIpv6;
  return forward();
}

}  // namespace warpline::ipsec
