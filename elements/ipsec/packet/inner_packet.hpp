// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/net/vlan.hpp"
#include "core/net/wire.hpp"
#include "core/packet/packet.hpp"
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
  std::uint16_t next_at;  ///< the byte of the frame that says which protocol is behind them
};

/// Reads the inner packet and checks that it lies in the frame. Drops: `truncated`, `vlan`, `not_ip`,
/// `bad_ip_header`.
inline Verdict inspect_inner(Packet const& packet, InnerPacket& inner) noexcept {
  auto const* const frame = packet.header<ether::Header>(0);
  if (frame == nullptr) return drop<"truncated">();
  std::uint32_t const held = packet.length - ether::kSize;
  std::uint32_t size = 0;
  if (frame->type == be16::of(ether::kIpv4)) {
    auto const* const ip = packet.header<ipv4::Header>(ether::kSize);
    if (ip == nullptr) return drop<"truncated">();
    size = ip->total_length.host();
    if (ip->version() != 4 || ip->header_size() < ipv4::kSize || size < ip->header_size())
      return drop<"bad_ip_header">();
    inner.fragment = ip->fragment.host() & InnerPacket::kDontFragment;
    inner.tos = ip->tos;
    inner.protocol = protocol::kIpv4;
  } else if (frame->type == be16::of(ether::kIpv6)) {
    auto const* const ip = packet.header<ipv6::Header>(ether::kSize);
    if (ip == nullptr) return drop<"truncated">();
    auto const first = ip->version_class_flow.host();
    if (first >> 28 != 6) return drop<"bad_ip_header">();
    size = ipv6::kSize + ip->payload_length.host();
    inner.fragment = InnerPacket::kDontFragment;  // routers do not fragment IPv6
    inner.tos = static_cast<std::uint8_t>(first >> 20);
    inner.protocol = protocol::kIpv6;
  } else {
    return is_vlan(frame->type) ? drop<"vlan">() : drop<"not_ip">();
  }
  if (size > held) return drop<"truncated">();
  inner.size = static_cast<std::uint16_t>(size);
  return forward();
}

}  // namespace warpline::ipsec
