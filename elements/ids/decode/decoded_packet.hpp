// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/net/link_type.hpp"

namespace warpline::ids {

/// Faults of a packet that rules may ask for by `decode-event`, as bits.
namespace decode_event {
inline constexpr std::uint32_t kTruncatedLink = 1u << 0;
inline constexpr std::uint32_t kIpv4Truncated = 1u << 1;
inline constexpr std::uint32_t kIpv4BadHeaderLength = 1u << 2;
inline constexpr std::uint32_t kIpv6Truncated = 1u << 3;
inline constexpr std::uint32_t kIpv6BadExtension = 1u << 4;
inline constexpr std::uint32_t kTcpTruncated = 1u << 5;
inline constexpr std::uint32_t kTcpBadHeaderLength = 1u << 6;
inline constexpr std::uint32_t kUdpTruncated = 1u << 7;
inline constexpr std::uint32_t kUdpBadLength = 1u << 8;
inline constexpr std::uint32_t kIcmpTruncated = 1u << 9;
inline constexpr std::uint32_t kTunnelTruncated = 1u << 10;
inline constexpr std::uint32_t kTooManyLayers = 1u << 11;
}  // namespace decode_event

/// What carries a packet.
enum class Carrier : std::uint8_t { kLink, kGre, kIpv4, kIpv6, kTeredo, kGeneve, kVxlan };

/// An IP packet within a frame, or a frame without one: offsets in the frame, no copies.
struct DecodedPacket {
  Bytes frame{};
  std::uint32_t begin = 0;         ///< of the packet with its link header, if a tunnel carries it
  std::uint32_t network = 0;       ///< of the IP header
  std::uint32_t transport = 0;     ///< after the IP headers
  std::uint32_t payload = 0;       ///< after the transport header
  std::uint32_t payload_size = 0;  ///< by the lengths of IP and UDP, within the frame
  std::uint32_t end = 0;           ///< of the IP packet
  std::uint32_t events = 0;        ///< of `decode_event`
  std::uint16_t source_port = 0, destination_port = 0;  ///< TCP, UDP, SCTP
  std::uint16_t vlan[2]{};                              ///< identifiers, the outer tag first
  std::uint16_t fragment_offset = 0;                    ///< bytes
  std::uint8_t vlan_tags = 0;
  std::uint8_t version = 0;   ///< 4 or 6; 0: no IP packet, or one that is cut
  std::uint8_t protocol = 0;  ///< of what is at `transport`
  std::uint8_t layer = 0;     ///< number of IP packets around this one
  Carrier carrier = Carrier::kLink;
  std::uint8_t tcp_flags = 0;
  std::uint8_t icmp_type = 0, icmp_code = 0;
  bool fragment = false;  ///< part of a datagram: it has no transport header and payload
  bool more_fragments = false;
  bool has_fragment_header = false;  ///< of IPv6, even if the packet is a whole datagram
  bool has_transport = false;        ///< the transport header is whole and known
  bool is_tunnel = false;            ///< it carries the next packet of the frame

  std::uint8_t const* at(std::uint32_t offset) const { return frame.data + offset; }
  Bytes payload_bytes() const { return {frame.data + payload, payload_size}; }
  /// The addresses, the source first; only if `version` is not 0.
  std::uint32_t address_size() const { return version == 4 ? 4 : 16; }
  std::uint8_t const* source() const { return at(network + (version == 4 ? 12 : 8)); }
  std::uint8_t const* destination() const { return source() + address_size(); }
};

}  // namespace warpline::ids
