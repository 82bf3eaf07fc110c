// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/base/hd.hpp"
#include "core/net/wire.hpp"

namespace warpline::ids {

/// Where the layers of an Ethernet frame begin, and the bytes that patterns are looked for in.
///
/// The payload is what follows the TCP, UDP or ICMP header; what follows the IP headers where the
/// protocol is another one or the packet is a fragment; what follows the Ethernet header (and up to
/// two VLAN tags) where it is not IP. It ends where the IP and UDP lengths say, or at the frame's
/// end if that comes first. Cut or contradictory headers make the frame malformed, its payload
/// empty.
struct Layers {
  std::uint32_t network = 0;    ///< offset of the IP header
  std::uint32_t transport = 0;  ///< offset behind the IP headers
  std::uint32_t end = 0;        ///< offset behind the last byte that the lengths cover
  Bytes payload;
  std::uint8_t version = 0;   ///< 4, 6, or 0: not IP
  std::uint8_t protocol = 0;  ///< IP protocol number of what is at `transport`
  bool fragment = false;      ///< a part of a larger datagram: no header is assumed at `transport`
  bool malformed = false;
};

namespace detail {

inline constexpr std::uint16_t kVlanService = 0x88a8;  // IEEE 802.1ad outer tag
inline constexpr unsigned kTagSize = 4, kMaxTags = 2;
inline constexpr unsigned kIcmpSize = 8, kFragmentSize = 8, kMaxExtensions = 8;
inline constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kAuthentication = 51,
                              kIcmp6 = 58, kDestinationOptions = 60, kMobility = 135, kHip = 139,
                              kShim6 = 140;

WARPLINE_HD inline std::uint16_t read16(std::uint8_t const* at) {
  return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}

WARPLINE_HD inline Layers malformed(Layers layers) {
  layers.malformed = true;
  layers.payload = {};
  return layers;
}

WARPLINE_HD inline Layers finish(Bytes frame, Layers layers, std::uint32_t begin) {
  layers.payload = {frame.data + begin, layers.end - begin};
  return layers;
}

WARPLINE_HD inline Layers walk_transport(Bytes frame, Layers layers) {
  auto const begin = layers.transport;
  auto const size = layers.end - begin;
  if (layers.fragment) return finish(frame, layers, begin);
  if (layers.protocol == protocol::kTcp) {
    if (size < sizeof(tcp::Header)) return malformed(layers);
    auto const header = (frame.data[begin + 12] >> 4) * 4u;
    if (header < sizeof(tcp::Header) || header > size) return malformed(layers);
    return finish(frame, layers, begin + header);
  }
  if (layers.protocol == protocol::kUdp) {
    if (size < sizeof(udp::Header)) return malformed(layers);
    std::uint32_t const length = read16(frame.data + begin + 4);
    if (length < sizeof(udp::Header)) return malformed(layers);
    if (length < size) layers.end = begin + length;
    return finish(frame, layers, begin + static_cast<std::uint32_t>(sizeof(udp::Header)));
  }
  if (layers.protocol == (layers.version == 4 ? protocol::kIcmp : kIcmp6)) {
    if (size < kIcmpSize) return malformed(layers);
    return finish(frame, layers, begin + kIcmpSize);
  }
  return finish(frame, layers, begin);
}

/// RFC 791 section 3.1.
WARPLINE_HD inline Layers walk_ipv4(Bytes frame, Layers layers) {
  layers.version = 4;
  auto const room = frame.size - layers.network;
  if (room < ipv4::kSize) return malformed(layers);
  auto const* const ip = frame.data + layers.network;
  auto const header = (ip[0] & 15u) * 4;
  std::uint32_t const total = read16(ip + 2);
  if (ip[0] >> 4 != 4 || header < ipv4::kSize || header > room || total < header)
    return malformed(layers);
  layers.transport = layers.network + header;
  layers.end = layers.network + (total < room ? total : room);
  layers.protocol = ip[9];
  layers.fragment = (read16(ip + 6) & 0x3fff) != 0;  // more fragments, or an offset
  return walk_transport(frame, layers);
}

/// RFC 8200 sections 3 and 4; an atomic fragment (RFC 6946) counts as whole.
WARPLINE_HD inline Layers walk_ipv6(Bytes frame, Layers layers) {
  layers.version = 6;
  auto const room = frame.size - layers.network;
  if (room < ipv6::kSize) return malformed(layers);
  auto const* const ip = frame.data + layers.network;
  if (ip[0] >> 4 != 6) return malformed(layers);
  std::uint32_t const length = ipv6::kSize + read16(ip + 4);
  layers.end = layers.network + (length < room ? length : room);
  layers.protocol = ip[6];
  layers.transport = layers.network + ipv6::kSize;
  for (unsigned i = 0; i < kMaxExtensions && !layers.fragment; ++i) {
    auto const* const header = frame.data + layers.transport;
    auto const left = layers.end - layers.transport;
    std::uint32_t size = 0;
    switch (layers.protocol) {
      case kHopByHop:
      case kRouting:
      case kDestinationOptions:
      case kMobility:
      case kHip:
      case kShim6:
        if (left < 8) return malformed(layers);
        size = (header[1] + 1u) * 8;
        break;
      case kAuthentication:
        if (left < 8) return malformed(layers);
        size = (header[1] + 2u) * 4;
        break;
      case kFragment:
        if (left < kFragmentSize) return malformed(layers);
        size = kFragmentSize;
        layers.fragment = (read16(header + 2) & 0xfff9) != 0;  // an offset, or more fragments
        break;
      default:
        return walk_transport(frame, layers);
    }
    if (size > left) return malformed(layers);
    layers.protocol = header[0];
    layers.transport += size;
  }
  return walk_transport(frame, layers);
}

}  // namespace detail

/// The layers of an Ethernet frame of any content and length; reads nothing outside of it.
WARPLINE_HD inline Layers walk_layers(Bytes frame) {
  Layers layers;
  if (frame.size < ether::kSize) return detail::malformed(layers);
  std::uint32_t at = ether::kSize;
  auto type = detail::read16(frame.data + at - 2);
  for (unsigned i = 0; i < detail::kMaxTags; ++i) {
    if (type != ether::kVlan && type != detail::kVlanService) break;
    if (frame.size - at < detail::kTagSize) return detail::malformed(layers);
    at += detail::kTagSize;
    type = detail::read16(frame.data + at - 2);
  }
  layers.network = layers.transport = at;
  layers.end = frame.size;
  if (type == ether::kIpv4) return detail::walk_ipv4(frame, layers);
  if (type == ether::kIpv6) return detail::walk_ipv6(frame, layers);
  return detail::finish(frame, layers, at);
}

}  // namespace warpline::ids
