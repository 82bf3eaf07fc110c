// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/packet/outer_packet.hpp"

#include "core/net/ip6_headers.hpp"
#include "core/net/parse.hpp"
#include "elements/ipsec/esp/sa_tag.hpp"

namespace warpline::ipsec {
namespace {

/// The content of an IP packet: a header of `protocol` at `offset`, in a packet that ends at `end`;
/// both from the frame's first byte.
struct Carried {
  std::uint8_t protocol;
  std::uint32_t offset, end;
  bool part, later_part;
};

OuterKind open_ipv4(Packet const& packet, OuterPacket& outer, Carried& carried) {
  auto const* const ip = packet.header<ipv4::Header>(outer.l2_length);
  if (ip == nullptr) return OuterKind::kTruncated;
  std::uint32_t const size = ip->total_length.host();
  if (ip->version() != 4 || ip->header_size() < ipv4::kSize || size < ip->header_size())
    return OuterKind::kBadIpHeader;
  if (outer.l2_length + size > packet.length) return OuterKind::kTruncated;
  constexpr std::uint16_t kMoreFragments = 0x2000, kOffset = 0x1fff;
  auto const fragment = ip->fragment.host();
  carried = {ip->protocol, outer.l2_length + ip->header_size(), outer.l2_length + size,
             (fragment & (kMoreFragments | kOffset)) != 0, (fragment & kOffset) != 0};
  outer.ipv4 = true;
  outer.tos = ip->tos;
  outer.destination = ip->destination.bytes;
  return OuterKind::kEsp;
}

OuterKind open_ipv6(Packet const& packet, OuterPacket& outer, Carried& carried) {
  auto const* const ip = packet.header<ipv6::Header>(outer.l2_length);
  if (ip == nullptr) return OuterKind::kTruncated;
  auto const first = ip->version_class_flow.host();
  if (first >> 28 != 6) return OuterKind::kBadIpHeader;
  std::uint32_t const size = ipv6::kSize + std::uint32_t{ip->payload_length.host()};
  if (outer.l2_length + size > packet.length) return OuterKind::kTruncated;
  outer.ipv4 = false;
  outer.tos = static_cast<std::uint8_t>(first >> 20);
  outer.destination = ip->destination.bytes;
  carried = {ip->next_header, 0, outer.l2_length + size, false, false};
  Ip6Headers chain({packet.data + outer.l2_length, size});
  while (chain.is_extension() && !carried.later_part) {
    if (!chain.is_whole()) return OuterKind::kBadIpHeader;
    if (chain.has_stops_left()) return OuterKind::kOther;  // its journey does not end here
    carried.part |= chain.in_parts();
    carried.later_part |= chain.is_later_part();
    chain.step();
  }
  carried.protocol = chain.next();
  carried.offset = outer.l2_length + chain.offset();
  return OuterKind::kEsp;
}

/// Removes the UDP header: `carried` then describes its content.
OuterKind open_udp(Packet const& packet, Carried& carried, std::uint16_t udp_port) {
  if (carried.later_part) return OuterKind::kFragment;  // its ports are in the first
  if (carried.end - carried.offset < udp::kSize) return OuterKind::kOther;
  auto const& udp = *reinterpret_cast<udp::Header const*>(packet.data + carried.offset);
  if (udp.destination.host() != udp_port) return OuterKind::kOther;
  if (carried.part) return OuterKind::kFragment;
  std::uint32_t const size = udp.length.host();
  if (size <= udp::kSize || size > carried.end - carried.offset) return OuterKind::kTruncated;
  auto const* const data = packet.data + carried.offset + udp::kSize;
  carried.end = carried.offset + size;
  carried.offset += udp::kSize;
  if (size == udp::kSize + 1 && *data == 0xff) return OuterKind::kKeepalive;
  if (size < udp::kSize + esp::kSize) return OuterKind::kTruncated;
  bool const marker = reinterpret_cast<be32 const*>(data)->host() == 0;
  return marker ? OuterKind::kIke : OuterKind::kEsp;
}

}  // namespace

OuterKind detail::inspect_outer_slowly(Packet const& packet, OuterPacket& outer,
                                       std::uint16_t udp_port) noexcept {
  Headers headers;
  find_network(packet.bytes(), headers);
  if (headers.has(header_flag::kMalformed)) return OuterKind::kTruncated;
  outer.l2_length = static_cast<std::uint8_t>(headers.l2_length);
  auto const type = load_be16(packet.data + headers.l2_length - sizeof(be16));
  Carried carried{};
  auto kind = OuterKind::kOther;
  if (type == ether::kIpv4)
    kind = open_ipv4(packet, outer, carried);
  else if (type == ether::kIpv6)
    kind = open_ipv6(packet, outer, carried);
  else if (is_vlan(type))
    kind = OuterKind::kVlan;
  if (kind != OuterKind::kEsp) return kind;

  outer.udp = carried.protocol == protocol::kUdp && udp_port != 0;
  bool const unseen = carried.later_part && carried.protocol == Ip6Headers::kDestinationOptions;
  if (unseen && !outer.ipv4) return OuterKind::kFragment;  // ESP may follow them
  if (outer.udp) {
    kind = open_udp(packet, carried, udp_port);
    if (kind != OuterKind::kEsp) return kind;
  } else if (carried.protocol != protocol::kEsp) {
    return OuterKind::kOther;
  }
  if (carried.part) return OuterKind::kFragment;
  if (carried.end - carried.offset < esp::kSize) return OuterKind::kTruncated;
  if (carried.offset > kLastEspOffset) return OuterKind::kLongHeaders;
  auto const& esp = *reinterpret_cast<esp::Header const*>(packet.data + carried.offset);
  outer.spi = esp.spi.host();
  outer.sequence = esp.sequence.host();
  outer.esp_offset = static_cast<std::uint16_t>(carried.offset);
  outer.end = static_cast<std::uint16_t>(carried.end);
  return OuterKind::kEsp;
}

Verdict dropped_as(OuterKind kind) noexcept {
  switch (kind) {
    case OuterKind::kTruncated:
      return drop<"truncated">();
    case OuterKind::kBadIpHeader:
      return drop<"bad_ip_header">();
    case OuterKind::kLongHeaders:
      return drop<"long_headers">();
    case OuterKind::kFragment:
      return drop<"fragment">();
    case OuterKind::kKeepalive:
      return drop<"keepalive">();
    case OuterKind::kVlan:
      return drop<"vlan">();
    default:
      return drop<"not_esp">();
  }
}

}  // namespace warpline::ipsec
