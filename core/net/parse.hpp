// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/net/vlan.hpp"
#include "core/net/wire.hpp"

namespace warpline {

/// Properties of a packet's headers, as bits.
namespace header_flag {
inline constexpr std::uint16_t kIpv4 = 1, kIpv6 = 2;
inline constexpr std::uint16_t kDontFragment = 4;    ///< IPv4's DF; set for IPv6
inline constexpr std::uint16_t kFragment = 8;        ///< part of a larger datagram
inline constexpr std::uint16_t kLaterFragment = 16;  ///< and not the first part
inline constexpr std::uint16_t kTagged = 32;         ///< the frame has a VLAN tag
inline constexpr std::uint16_t kChecked = 64;        ///< CheckIPHeader or CheckIP6Header passed it
inline constexpr std::uint16_t kTruncated = 128;     ///< the IP packet is longer than the frame
inline constexpr std::uint16_t kMalformed = 256;     ///< a header is cut, or contradicts itself
inline constexpr std::uint16_t kFragmentHeader = 512;  ///< of IPv6, also of an atomic fragment
}  // namespace header_flag

/// What the functions below have read of an Ethernet frame's headers. Fields of a malformed header
/// are 0.
struct Headers {
  std::uint16_t flags = 0;
  std::uint16_t vlan = 0;  ///< TCI of the outer tag
  std::uint32_t l2_length = ether::kSize;
  std::uint32_t l3_length = 0;  ///< bytes of all IP headers
  std::uint32_t ip_length = 0;  ///< bytes of the IP packet by its own header, up to 65,575
  std::uint8_t protocol = 0;    ///< of what follows the IP headers
  std::uint8_t tos = 0;

  WARPLINE_HD constexpr bool has(std::uint16_t flag) const { return (flags & flag) != 0; }
};

inline constexpr unsigned kMaxVlanTags = 2;
inline constexpr std::uint32_t kMaxL2Length = ether::kSize + kMaxVlanTags * vlan::kSize;

/// Finds the layer-2 header of a frame: Ethernet and up to two VLAN tags (IEEE 802.1Q). Sets
/// `l2_length`, `vlan`, `kTagged`. A frame that ends within them is malformed.
WARPLINE_HD inline void find_network(Bytes frame, Headers& headers) {
  headers = {};
  if (frame.size < ether::kSize) {
    headers.flags = header_flag::kMalformed;
    return;
  }
  auto const* type = frame.data + ether::kSize - 2;
  while (is_vlan(load_be16(type)) && headers.l2_length < kMaxL2Length) [[unlikely]] {
      if (frame.size < headers.l2_length + vlan::kSize) {
        headers.flags |= header_flag::kMalformed;
        return;
      }
      if (!headers.has(header_flag::kTagged)) headers.vlan = load_be16(type + 2);
      headers.flags |= header_flag::kTagged;
      headers.l2_length += vlan::kSize;
      type += vlan::kSize;
    }
}

namespace detail {

/// RFC 791 section 3.1.
WARPLINE_HD inline void parse_ipv4(Bytes packet, Headers& headers) {
  headers.flags |= header_flag::kIpv4;
  auto const* const ip = packet.data;
  if (packet.size < ipv4::kSize || ip[0] >> 4 != 4) {
    headers.flags |= header_flag::kMalformed;
    return;
  }
  std::uint32_t const header = (ip[0] & 15u) * 4, total = load_be16(ip + 2);
  if (header < ipv4::kSize || total < header) {
    headers.flags |= header_flag::kMalformed;
    return;
  }
  headers.ip_length = total;
  headers.tos = ip[1];
  if ((ip[6] & 0x40) != 0) headers.flags |= header_flag::kDontFragment;
  if (total > packet.size) headers.flags |= header_flag::kTruncated;
}

/// RFC 8200 section 3.
WARPLINE_HD inline void parse_ipv6(Bytes packet, Headers& headers) {
  headers.flags |= header_flag::kIpv6;
  auto const* const ip = packet.data;
  if (packet.size < ipv6::kSize || ip[0] >> 4 != 6) {
    headers.flags |= header_flag::kMalformed;
    return;
  }
  headers.ip_length = ipv6::kSize + load_be16(ip + 4);
  headers.tos = static_cast<std::uint8_t>(load_be16(ip) >> 4);
  headers.flags |= header_flag::kDontFragment;
  if (headers.ip_length > packet.size) headers.flags |= header_flag::kTruncated;
}

/// The extension headers after a whole IPv6 header (RFC 8200 section 4), at most eight. An atomic
/// fragment (RFC 6946) counts as a whole packet. `size`: bytes of the IP packet in the frame.
WARPLINE_HD inline void skip_extensions(std::uint8_t const* ip, std::uint32_t size,
                                        Headers& headers) {
  constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kAuthentication = 51,
                         kDestinationOptions = 60, kMobility = 135, kHip = 139, kShim6 = 140;
  constexpr unsigned kMaxExtensions = 8;
  std::uint8_t next = ip[6];
  std::uint32_t at = ipv6::kSize;
  for (unsigned i = 0; i < kMaxExtensions && !headers.has(header_flag::kFragment); ++i) {
    auto const* const header = ip + at;
    auto const left = size - at;
    std::uint32_t length = 0;
    switch (next) {
      case kHopByHop:
      case kRouting:
      case kDestinationOptions:
      case kMobility:
      case kHip:
      case kShim6:
        length = left < 8 ? 8 : (header[1] + 1u) * 8;
        break;
      case kAuthentication:
        length = left < 8 ? 8 : (header[1] + 2u) * 4;
        break;
      case kFragment:
        length = 8;
        break;
      default:
        headers.protocol = next;
        headers.l3_length = at;
        return;
    }
    if (length > left) {
      headers.flags |= header_flag::kMalformed;
      headers.l3_length = at;
      return;
    }
    if (next == kFragment) {
      auto const place = load_be16(header + 2);
      headers.flags |= header_flag::kFragmentHeader;
      if ((place & 0xfff9) != 0) headers.flags |= header_flag::kFragment;
      if (place >> 3 != 0) headers.flags |= header_flag::kLaterFragment;
    }
    next = header[0];
    at += length;
  }
  headers.protocol = next;
  headers.l3_length = at;
}

}  // namespace detail

/// Reads an IPv4 or IPv6 header (`version`: 4 or 6) at byte `headers.l2_length`, whatever precedes
/// it. Sets what `parse_network` sets.
WARPLINE_HD inline void parse_ip(Bytes frame, unsigned version, Headers& headers) {
  Bytes const packet{frame.data + headers.l2_length, frame.size - headers.l2_length};
  if (version == 4) [[likely]]
    detail::parse_ipv4(packet, headers);
  else
    detail::parse_ipv6(packet, headers);
}

/// Reads the IP header, if there is one; call it after `find_network`. Sets `ip_length`, `tos`, the
/// version, `kDontFragment`, `kTruncated`, `kMalformed`.
WARPLINE_HD inline void parse_network(Bytes frame, Headers& headers) {
  if (headers.has(header_flag::kMalformed)) return;
  auto const type = load_be16(frame.data + headers.l2_length - 2);
  if (type == ether::kIpv4 || type == ether::kIpv6)
    parse_ip(frame, type == ether::kIpv4 ? 4 : 6, headers);
}

/// Finds the end of the IP headers; call it after `parse_network`. Sets `l3_length`, `protocol`,
/// `kFragment`, `kLaterFragment`, `kMalformed` (headers that the frame or the packet cuts).
WARPLINE_HD inline void parse_transport(Bytes frame, Headers& headers) {
  if (headers.has(header_flag::kMalformed)) return;
  auto const* const ip = frame.data + headers.l2_length;
  auto const held = frame.size - headers.l2_length;
  auto const size = headers.ip_length < held ? headers.ip_length : held;
  if (headers.has(header_flag::kIpv4)) [[likely]] {
    std::uint32_t const length = (ip[0] & 15u) * 4;
    if (length > held) {
      headers.flags |= header_flag::kMalformed;
      return;
    }
    headers.l3_length = length;
    headers.protocol = ip[9];
    auto const place = load_be16(ip + 6);
    if ((place & 0x3fff) != 0) headers.flags |= header_flag::kFragment;
    if ((place & 0x1fff) != 0) headers.flags |= header_flag::kLaterFragment;
  } else if (headers.has(header_flag::kIpv6)) {
    detail::skip_extensions(ip, size, headers);
  }
}

/// Does all three steps.
WARPLINE_HD inline Headers parse_headers(Bytes frame) {
  Headers headers;
  find_network(frame, headers);
  parse_network(frame, headers);
  parse_transport(frame, headers);
  return headers;
}

}  // namespace warpline
