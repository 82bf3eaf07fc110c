// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/net/parse.hpp"

namespace warpline {

/// The offsets of the layers of an Ethernet frame, and the bytes in which patterns are searched.
///
/// The payload is what follows the TCP, UDP or ICMP header. For other protocols and fragments it is
/// what follows the IP headers; if the packet is not IP, what follows the Ethernet header and up to
/// two VLAN tags. It ends at the end given by the IP and UDP lengths, or at the end of the frame if
/// that comes first. A frame whose headers are cut or contradictory is malformed and has an empty
/// payload.
struct Layers {
  std::uint32_t network = 0;    ///< offset of the IP header
  std::uint32_t transport = 0;  ///< offset after the IP headers
  std::uint32_t end = 0;        ///< offset after the last byte that the lengths cover
  Bytes payload;
  std::uint8_t version = 0;   ///< 4, 6, or 0: not IP
  std::uint8_t protocol = 0;  ///< IP protocol number of what is at `transport`
  bool fragment = false;  ///< part of a larger datagram: `transport` is not assumed to be a header
  bool malformed = false;
};

/// Finds the payload of an IP packet up to byte `layers.end`, after its headers were found.
WARPLINE_HD inline void find_payload(Bytes frame, Layers& layers) {
  auto const begin = layers.transport;
  auto const size = layers.end - begin;
  std::uint32_t header = 0;
  if (layers.fragment) {
    // No header is assumed.
  } else if (layers.protocol == protocol::kTcp) {
    header = size < tcp::kSize ? size + 1 : (frame.data[begin + 12] >> 4) * 4u;
    layers.malformed = header < tcp::kSize || header > size;
  } else if (layers.protocol == protocol::kUdp) {
    header = udp::kSize;
    std::uint32_t const length = size < udp::kSize ? 0 : load_be16(frame.data + begin + 4);
    layers.malformed = length < udp::kSize;
    if (length < size) layers.end = begin + length;
  } else if (layers.protocol == (layers.version == 4 ? protocol::kIcmp : protocol::kIcmp6)) {
    constexpr std::uint32_t kIcmpSize = 8;
    header = kIcmpSize;
    layers.malformed = size < kIcmpSize;
  }
  if (!layers.malformed)
    layers.payload = {frame.data + begin + header, layers.end - begin - header};
}

/// Finds the layers of an Ethernet frame of any content and length; never reads outside it.
WARPLINE_HD inline Layers walk_layers(Bytes frame) {
  auto const headers = parse_headers(frame);
  Layers layers;
  layers.malformed = headers.has(header_flag::kMalformed);
  layers.network = headers.l2_length;
  layers.version = headers.has(header_flag::kIpv4) ? 4 : headers.has(header_flag::kIpv6) ? 6 : 0;
  layers.protocol = headers.protocol;
  layers.fragment = headers.has(header_flag::kFragment);
  layers.transport = headers.l2_length + headers.l3_length;
  layers.end = frame.size;
  if (layers.malformed) return layers;
  if (layers.version == 0) {
    layers.payload = frame.after(headers.l2_length);
    return layers;
  }
  auto const end = headers.l2_length + headers.ip_length;
  if (end < frame.size) layers.end = end;
  find_payload(frame, layers);
  return layers;
}

}  // namespace warpline
