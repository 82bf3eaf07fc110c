// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/net/wire.hpp"
#include "core/packet/packet.hpp"
#include "core/packet/verdict.hpp"
#include "elements/ipsec/esp/sa_tag.hpp"
#include "elements/ipsec/model/sa_encapsulation.hpp"

namespace warpline::ipsec {

/// The last byte of a frame at which an ESP header can begin: the maximum that a tag can represent.
inline constexpr std::uint32_t kLastEspOffset = SaTag::kFirstOffset + 4 * 63;

/// The kind of a frame from the unprotected side.
enum class OuterKind : std::uint8_t {
  kEsp,        ///< `OuterPacket` is filled in
  kOther,      ///< a packet without ESP, as far as can be determined
  kVlan,       ///< it has more than two VLAN tags, and its content was not examined
  kIke,        ///< UDP to the port, with the non-ESP marker (RFC 3948 section 2.2)
  kKeepalive,  ///< UDP to the port, one byte 0xff (RFC 3948 section 2.3): without use here
  kFragment,   ///< part of a packet that is or may be ESP; `OuterPacket` has only the destination
  // Malformed:
  kTruncated,    ///< the frame ends before the length that IP or UDP states, or within a header
  kBadIpHeader,  ///< version or lengths that contradict each other
  kLongHeaders,  ///< the ESP header is after `kLastEspOffset`
};

/// The reason for dropping a frame of this kind: `truncated`, `bad_ip_header`, `long_headers`,
/// `fragment`, `keepalive`, `vlan`, and for the rest `not_esp`.
Verdict dropped_as(OuterKind kind) noexcept;

/// The properties of an ESP packet that are known without its SA.
struct OuterPacket {
  std::uint32_t spi;
  std::uint32_t sequence;           ///< low half
  std::uint8_t const* destination;  ///< in the frame, 4 or 16 bytes in network order
  std::uint16_t esp_offset;         ///< of the ESP header, from the frame's first byte
  std::uint16_t end;                ///< of the ESP packet; the rest of the frame is padding
  bool ipv4;                        ///< the outer header; otherwise IPv6
  bool udp;                         ///< ESP is in UDP
  std::uint8_t tos;                 ///< IPv4 TOS or IPv6 traffic class
  std::uint8_t l2_length;           ///< bytes of the layer-2 header
};

namespace detail {
OuterKind inspect_outer_slowly(Packet const& packet, OuterPacket& outer,
                               std::uint16_t udp_port) noexcept;
}

/// Looks for ESP in any frame with up to two VLAN tags: after IPv4 with options, after IPv6 with extension
/// headers (RFC 4303 section 3.1), and in UDP to `udp_port`, if that is not 0. Checksums of the outer headers are not
/// verified. Any thread.
inline OuterKind inspect_outer(Packet const& packet, OuterPacket& outer,
                               std::uint16_t udp_port = UdpEncapsulation::kPort) noexcept {
  constexpr std::uint16_t kPlace = 0x3fff;  // of a fragment: offset and MF
  constexpr std::uint32_t kOffset = ether::kSize + ipv4::kSize;
  auto const* const esp = packet.header<esp::Header>(kOffset);
  if (esp == nullptr) [[unlikely]]
    return detail::inspect_outer_slowly(packet, outer, udp_port);
  auto const& ethernet = *reinterpret_cast<ether::Header const*>(packet.data);
  auto const& ip = *reinterpret_cast<ipv4::Header const*>(packet.data + ether::kSize);
  std::uint32_t const end = ether::kSize + std::uint32_t{ip.total_length.host()};
  bool const plain = ethernet.type == be16::of(ether::kIpv4) && ip.version_ihl == 0x45 &&
                     ip.protocol == protocol::kEsp && (ip.fragment.host() & kPlace) == 0;
  if (!plain || end > packet.length || end < kOffset + esp::kSize) [[unlikely]]
    return detail::inspect_outer_slowly(packet, outer, udp_port);
  outer.spi = esp->spi.host();
  outer.sequence = esp->sequence.host();
  outer.destination = ip.destination.bytes;
  outer.esp_offset = kOffset;
  outer.end = static_cast<std::uint16_t>(end);
  outer.ipv4 = true;
  outer.udp = false;
  outer.tos = ip.tos;
  outer.l2_length = ether::kSize;
  return OuterKind::kEsp;
}

}  // namespace warpline::ipsec
