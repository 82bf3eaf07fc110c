// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/net/wire.hpp"
#include "elements/ids/decode/frame_decoder.hpp"

/// The tunnels in which the decoder looks for packets: GRE, and those of UDP.
namespace warpline::ids {

/// Version 0 (RFC 2784 and RFC 2890), and version 1 of PPTP (RFC 2637).
void FrameDecoder::gre(DecodedPacket const& packet) {
  constexpr std::uint16_t kChecksum = 0x8000, kRouting = 0x4000, kKey = 0x2000, kSequence = 0x1000,
                          kAcknowledgment = 0x0080;
  constexpr std::uint16_t kPpp = 0x880b, kErspan = 0x88be, kBridged = 0x6558;
  auto offset = packet.transport;
  if (!has(offset, 4)) return event(decode_event::kTunnelTruncated);
  auto const flags = half(offset), type = half(offset + 2);
  unsigned const version = flags & 7;
  offset += 4;
  if (version > 1) return;
  if (version == 0 && (flags & (kChecksum | kRouting)) != 0) offset += 4;
  if ((flags & kKey) != 0) offset += 4;
  if ((flags & kSequence) != 0) offset += 4;
  if (version == 1 && (flags & kAcknowledgment) != 0) offset += 4;
  if (version == 0 && (flags & kRouting) != 0) {  // source routes (RFC 1701)
    for (;;) {
      if (!has(offset, 4)) return event(decode_event::kTunnelTruncated);
      auto const length = frame_.data[offset + 3];
      bool const last = half(offset) == 0 && length == 0;
      offset += 4u + length;
      if (last) break;
    }
  }
  if (offset > frame_.size) return event(decode_event::kTunnelTruncated);
  link_ = {};
  tunnel(Carrier::kGre, offset);
  if (type == kPpp) return ppp(offset);
  if (type == kBridged) return ethernet(offset);
  if (type == kErspan) {
    constexpr std::uint32_t kErspanHeader = 8;
    bool const second_type = (flags & kSequence) != 0;  // type I has no header of its own
    if (second_type && !has(offset, kErspanHeader)) return event(decode_event::kTunnelTruncated);
    return ethernet(second_type ? offset + kErspanHeader : offset);
  }
  ether_type(type, offset);
}

/// VXLAN (RFC 7348), GENEVE (RFC 8926) and Teredo (RFC 4380), by their ports.
void FrameDecoder::udp_tunnel(DecodedPacket const& packet) {
  constexpr std::uint16_t kVxlan = 4789, kGeneve = 6081, kTeredo = 3544, kEthernet = 0x6558;
  constexpr std::uint32_t kHeader = 8;
  auto const offset = packet.payload;
  if (packet.destination_port == kVxlan && packet.payload_size >= kHeader + ether::kSize) {
    if ((frame_.data[offset] & 0x08) == 0) return;  // no valid network identifier
    link_ = {};
    tunnel(Carrier::kVxlan, offset + kHeader);
    return ethernet(offset + kHeader);
  }
  if (packet.destination_port == kGeneve && packet.payload_size >= kHeader) {
    if (frame_.data[offset] >> 6 != 0) return;  // version
    auto const begin = offset + kHeader + (frame_.data[offset] & 0x3fu) * 4;
    auto const type = half(offset + 2);
    if (begin > packet.payload + packet.payload_size) return;
    link_ = {};
    tunnel(Carrier::kGeneve, begin);
    return type == kEthernet ? ethernet(begin) : ether_type(type, begin);
  }
  bool const teredo = packet.destination_port == kTeredo || packet.source_port == kTeredo;
  if (!teredo || packet.payload_size < ipv6::kSize) return;
  auto begin = offset;
  // Section 5.1.1: an authentication header, then the origin.
  if (half(begin) == 0x0001 && has(begin, 4))
    begin += 13u + frame_.data[begin + 2] + frame_.data[begin + 3];
  if (has(begin, 2) && half(begin) == 0) begin += 8;
  bool const is_ipv6 = has(begin, ipv6::kSize) && frame_.data[begin] >> 4 == 6;
  if (!is_ipv6 || begin + ipv6::kSize + half(begin + 4) != packet.payload + packet.payload_size)
    return;
  tunnel(Carrier::kTeredo, begin);
  ip_version(begin, 6);
}

}  // namespace warpline::ids
