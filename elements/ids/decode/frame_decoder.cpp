// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/decode/frame_decoder.hpp"

#include "core/net/parse.hpp"

namespace warpline::ids {
namespace {

constexpr std::uint16_t kMplsUnicast = 0x8847, kMplsMulticast = 0x8848, kPppoeSession = 0x8864;
constexpr std::uint16_t kPppIpv4 = 0x0021, kPppIpv6 = 0x0057, kPppMpls = 0x0281;
constexpr std::uint8_t kGre = 47;
constexpr unsigned kMaxDepth = 16;

}  // namespace

std::span<DecodedPacket const> FrameDecoder::decode(Bytes frame, LinkType link) {
  frame_ = frame;
  link_ = {};
  layer_ = count_ = depth_ = 0;
  carrier_ = Carrier::kLink;
  begin_ = 0;
  packets_[0] = DecodedPacket{.frame = frame, .end = frame.size};
  switch (link) {
    case LinkType::kEthernet:
      ethernet(0);
      break;
    case LinkType::kRawIp:
    case LinkType::kIpv4:
    case LinkType::kIpv6:
      ip(0);
      break;
    case LinkType::kPpp:
      ppp(0);
      break;
    case LinkType::kLinuxCooked:
      linux_cooked(14, 16);
      break;
    case LinkType::kLinuxCooked2:
      linux_cooked(0, 20);
      break;
    case LinkType::kNull:
      null_link();
      break;
  }
  return {packets_.data(), count_ == 0 ? 1 : count_};
}

std::span<DecodedPacket const> FrameDecoder::decode_datagram(Bytes datagram,
                                                             DecodedPacket const& outer) {
  frame_ = datagram;
  link_ = {{outer.vlan[0], outer.vlan[1]}, outer.vlan_tags};
  layer_ = outer.layer;
  count_ = depth_ = 0;
  carrier_ = outer.carrier;
  begin_ = 0;
  packets_[0] = DecodedPacket{.frame = datagram, .end = datagram.size};
  ip(0);
  return {packets_.data(), count_ == 0 ? 1 : count_};
}

/// The innermost packet so far carries the next one, from `begin` on.
void FrameDecoder::tunnel(Carrier carrier, std::uint32_t begin) {
  carrier_ = carrier;
  begin_ = begin;
}

/// Adds an event to the innermost packet so far.
void FrameDecoder::event(std::uint32_t bit) {
  packets_[count_ == 0 ? 0 : count_ - 1].events |= bit;
}

bool FrameDecoder::has(std::uint32_t offset, std::uint32_t size) const {
  return offset <= frame_.size && size <= frame_.size - offset;
}

std::uint16_t FrameDecoder::half(std::uint32_t offset) const {
  return load_be16(frame_.data + offset);
}

void FrameDecoder::ethernet(std::uint32_t offset) {
  if (!has(offset, ether::kSize)) return event(decode_event::kTruncatedLink);
  ether_type(half(offset + 12), offset + ether::kSize);
}

void FrameDecoder::ether_type(std::uint16_t type, std::uint32_t offset) {
  if (++depth_ > kMaxDepth) return event(decode_event::kTooManyLayers);
  if (is_vlan(type)) {
    if (link_.vlan_tags == 2) return event(decode_event::kTooManyLayers);
    if (!has(offset, vlan::kSize)) return event(decode_event::kTruncatedLink);
    link_.vlan[link_.vlan_tags++] = half(offset) & 0xfff;
    return ether_type(half(offset + 2), offset + vlan::kSize);
  }
  switch (type) {
    case ether::kIpv4:
      return ip_version(offset, 4);
    case ether::kIpv6:
      return ip_version(offset, 6);
    case kMplsUnicast:
    case kMplsMulticast:
      return mpls(offset);
    case kPppoeSession:
      return pppoe(offset);
    default:
      return;
  }
}

/// RFC 3032: labels up to the bottom of the stack, then IP by its version, or Ethernet.
void FrameDecoder::mpls(std::uint32_t offset) {
  constexpr std::uint32_t kLabel = 4;
  for (unsigned labels = 0; labels < kMaxDepth; ++labels) {
    if (!has(offset, kLabel)) return event(decode_event::kTruncatedLink);
    bool const bottom = (frame_.data[offset + 2] & 1) != 0;
    offset += kLabel;
    if (!bottom) continue;
    if (!has(offset, 1)) return event(decode_event::kTruncatedLink);
    auto const first = frame_.data[offset] >> 4;
    if (first == 4 || first == 6) return ip_version(offset, static_cast<unsigned>(first));
    // RFC 4448: a control word begins with 0.
    return ethernet(first == 0 ? offset + 4 : offset);
  }
  event(decode_event::kTooManyLayers);
}

/// RFC 2516: 6 bytes, then PPP without framing.
void FrameDecoder::pppoe(std::uint32_t offset) {
  constexpr std::uint32_t kHeader = 6;
  if (!has(offset, kHeader)) return event(decode_event::kTruncatedLink);
  ppp(offset + kHeader);
}

void FrameDecoder::ppp(std::uint32_t offset) {
  if (++depth_ > kMaxDepth) return event(decode_event::kTooManyLayers);
  if (has(offset, 2) && half(offset) == 0xff03) offset += 2;  // RFC 1662: address and control
  if (!has(offset, 1)) return event(decode_event::kTruncatedLink);
  std::uint16_t type = frame_.data[offset];
  if ((type & 1) != 0) {  // a compressed protocol field
    offset += 1;
  } else {
    if (!has(offset, 2)) return event(decode_event::kTruncatedLink);
    type = half(offset);
    offset += 2;
  }
  if (type == kPppIpv4) return ip_version(offset, 4);
  if (type == kPppIpv6) return ip_version(offset, 6);
  if (type == kPppMpls) return mpls(offset);
}

void FrameDecoder::linux_cooked(std::uint32_t type_offset, std::uint32_t size) {
  if (!has(0, size)) return event(decode_event::kTruncatedLink);
  ether_type(half(type_offset), size);
}

/// After the address family, 4 bytes whose order and values depend on the capturing host, comes IP.
void FrameDecoder::null_link() {
  if (!has(0, 4)) return event(decode_event::kTruncatedLink);
  ip(4);
}

void FrameDecoder::ip(std::uint32_t offset) {
  if (!has(offset, 1)) return event(decode_event::kTruncatedLink);
  auto const version = static_cast<unsigned>(frame_.data[offset] >> 4);
  if (version == 4 || version == 6) ip_version(offset, version);
}

void FrameDecoder::ip_version(std::uint32_t offset, unsigned version) {
  if (count_ == kMaxPackets || ++depth_ > kMaxDepth) return event(decode_event::kTooManyLayers);
  auto& packet = packets_[count_++];
  packet = DecodedPacket{.frame = frame_, .begin = begin_, .network = offset, .end = frame_.size};
  packet.carrier = carrier_;
  packet.vlan[0] = link_.vlan[0];
  packet.vlan[1] = link_.vlan[1];
  packet.vlan_tags = link_.vlan_tags;
  packet.layer = static_cast<std::uint8_t>(layer_++);

  Headers headers;
  headers.l2_length = offset;
  parse_ip(frame_, version, headers);
  if (!headers.has(header_flag::kMalformed)) parse_transport(frame_, headers);
  if (headers.has(header_flag::kMalformed))
    return event(version == 4 ? decode_event::kIpv4BadHeaderLength
                              : decode_event::kIpv6BadExtension);
  if (headers.has(header_flag::kTruncated)) {
    event(version == 4 ? decode_event::kIpv4Truncated : decode_event::kIpv6Truncated);
    return;
  }
  if (count_ > 1) packets_[count_ - 2].is_tunnel = true;
  packet.version = static_cast<std::uint8_t>(version);
  packet.end = offset + headers.ip_length;
  packet.transport = packet.payload = offset + headers.l3_length;
  packet.protocol = headers.protocol;
  packet.fragment = headers.has(header_flag::kFragment);
  packet.has_fragment_header = headers.has(header_flag::kFragmentHeader);
  if (packet.fragment) {
    if (version == 4) {
      auto const place = half(offset + 6);
      packet.fragment_offset = static_cast<std::uint16_t>((place & 0x1fff) * 8u);
      packet.more_fragments = (place & 0x2000) != 0;
    } else {  // the fragment header precedes `transport`
      auto const place = half(packet.transport - 6);
      packet.fragment_offset = static_cast<std::uint16_t>(place & 0xfff8);
      packet.more_fragments = (place & 1) != 0;
    }
    return;
  }
  frame_.size = packet.end;
  transport(packet);
}

void FrameDecoder::transport(DecodedPacket& packet) {
  switch (packet.protocol) {
    case protocol::kTcp:
      return tcp(packet);
    case protocol::kUdp:
      return udp(packet);
    case protocol::kIcmp:
      if (packet.version == 4) icmp(packet);
      return;
    case protocol::kIcmp6:
      if (packet.version == 6) icmp(packet);
      return;
    case protocol::kSctp:
      return sctp(packet);
    case kGre:
      packet.payload_size = packet.end - packet.payload;
      return gre(packet);
    case protocol::kIpv4:
    case protocol::kIpv6:
      tunnel(packet.version == 4 ? Carrier::kIpv4 : Carrier::kIpv6, packet.transport);
      return ip_version(packet.transport, packet.protocol == protocol::kIpv4 ? 4 : 6);
    default:
      packet.payload_size = packet.end - packet.payload;
  }
}

void FrameDecoder::tcp(DecodedPacket& packet) {
  auto const size = packet.end - packet.transport;
  if (size < tcp::kSize) return event(decode_event::kTcpTruncated);
  auto const& header = *reinterpret_cast<tcp::Header const*>(packet.at(packet.transport));
  auto const header_size = header.header_size();
  if (header_size < tcp::kSize || header_size > size)
    return event(decode_event::kTcpBadHeaderLength);
  packet.source_port = header.source.host();
  packet.destination_port = header.destination.host();
  packet.tcp_flags = header.flags;
  packet.payload = packet.transport + header_size;
  packet.payload_size = size - header_size;
  packet.has_transport = true;
}

void FrameDecoder::udp(DecodedPacket& packet) {
  auto const size = packet.end - packet.transport;
  if (size < udp::kSize) return event(decode_event::kUdpTruncated);
  auto const& header = *reinterpret_cast<udp::Header const*>(packet.at(packet.transport));
  auto const length = header.length.host();
  if (length < udp::kSize || length > size) return event(decode_event::kUdpBadLength);
  packet.source_port = header.source.host();
  packet.destination_port = header.destination.host();
  packet.payload = packet.transport + udp::kSize;
  packet.payload_size = length - udp::kSize;
  packet.has_transport = true;
  if (udp_tunnels_) udp_tunnel(packet);
}

void FrameDecoder::icmp(DecodedPacket& packet) {
  constexpr std::uint32_t kHeader = 8;
  auto const size = packet.end - packet.transport;
  if (size < 4) return event(decode_event::kIcmpTruncated);
  packet.icmp_type = *packet.at(packet.transport);
  packet.icmp_code = *packet.at(packet.transport + 1);
  auto const header_size = size < kHeader ? size : kHeader;
  packet.payload = packet.transport + header_size;
  packet.payload_size = size - header_size;
  packet.has_transport = true;
}

void FrameDecoder::sctp(DecodedPacket& packet) {
  constexpr std::uint32_t kHeader = 12;
  auto const size = packet.end - packet.transport;
  if (size < kHeader) return;
  packet.source_port = half(packet.transport);
  packet.destination_port = half(packet.transport + 2);
  packet.payload = packet.transport + kHeader;
  packet.payload_size = size - kHeader;
  packet.has_transport = true;
}

}  // namespace warpline::ids
