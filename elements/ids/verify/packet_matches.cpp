// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/verify/packet_matches.hpp"

#include <cstring>
#include <string_view>
#include <utility>

#include "core/net/wire.hpp"
#include "elements/ids/decode/checksums.hpp"
#include "elements/ids/decode/tcp_options.hpp"
#include "elements/ids/decode/transport.hpp"
#include "elements/ids/rules/events.hpp"

namespace warpline::ids {
namespace {

using Field = HeaderMatch::Field;

template <class Header>
Header const& header(DecodedPacket const& packet, std::uint32_t offset) {
  return *reinterpret_cast<Header const*>(packet.at(offset));
}

/// A maximum segment size among the options of a TCP header (RFC 9293 section 3.2).
std::optional<std::int64_t> tcp_mss(DecodedPacket const& packet) {
  std::optional<std::int64_t> size;
  visit_tcp_options(packet, [&](Bytes option) {
    bool const found = option.data[0] == 2 && option.size == 4;
    if (found) size = load_be16(option.data + 2);
    return found;
  });
  return size;
}

/// Identifier and sequence number of queries and their answers.
bool has_icmp_id(DecodedPacket const& packet) {
  if (!is_icmp(packet) || packet.end - packet.transport < 8) return false;
  auto const type = packet.icmp_type;
  if (packet.version == 6) return type == 128 || type == 129;
  return type == 0 || type == 8 || (type >= 13 && type <= 18);
}

std::optional<std::int64_t> tcp_field(Field field, DecodedPacket const& packet) {
  if (!is_tcp(packet)) return std::nullopt;
  auto const& tcp = header<tcp::Header>(packet, packet.transport);
  switch (field) {
    case Field::kTcpSequence:
      return tcp.sequence.host();
    case Field::kTcpAcknowledgment:
      return tcp.acknowledgment.host();
    case Field::kTcpWindow:
      return tcp.window.host();
    default:
      return tcp_mss(packet);
  }
}

std::optional<std::int64_t> icmp_field(Field field, DecodedPacket const& packet) {
  if (!is_icmp(packet)) return std::nullopt;
  if (field == Field::kIcmpType) return packet.icmp_type;
  if (field == Field::kIcmpCode) return packet.icmp_code;
  if (!has_icmp_id(packet)) return std::nullopt;
  return load_be16(packet.at(packet.transport + (field == Field::kIcmpId ? 4 : 6)));
}

bool matches(HeaderMatch const& match, DecodedPacket const& packet) {
  auto const value = field_of(match.field, packet);
  return value && (*value >= match.min && *value <= match.max) != match.negated;
}

bool matches(BitsMatch const& match, DecodedPacket const& packet) {
  std::uint8_t bits = 0;
  bool const of_tcp = match.field == BitsMatch::Field::kTcpFlags;
  if (of_tcp) {
    if (!is_tcp(packet)) return false;
    bits = packet.tcp_flags;
  } else {
    if (packet.version != 4) return false;
    auto const field = load_be16(packet.at(packet.network + 6));
    bits = static_cast<std::uint8_t>((field >> 13 & 1) | (field >> 13 & 2) | (field >> 13 & 4));
  }
  bits &= static_cast<std::uint8_t>(~match.ignored);
  switch (match.mode) {
    case BitsMatch::Mode::kExactly:
      return bits == match.bits;
    case BitsMatch::Mode::kAtLeast:
      // As in Suricata: fragment bits need one more.
      return (bits & match.bits) == match.bits && (of_tcp || bits != match.bits);
    case BitsMatch::Mode::kAny:
      return (bits & match.bits) != 0;
    case BitsMatch::Mode::kNotAll:
      return (bits & match.bits) != match.bits;
  }
  return false;
}

bool matches(SameAddresses, DecodedPacket const& packet) {
  if (packet.version == 0) return false;
  return std::memcmp(packet.source(), packet.destination(), packet.address_size()) == 0;
}

bool matches(IpOption const& match, DecodedPacket const& packet) {
  if (packet.version != 4) return false;
  auto const size = header<ipv4::Header>(packet, packet.network).header_size();
  auto const* const options = packet.at(packet.network);
  for (std::uint32_t at = ipv4::kSize; at < size;) {
    auto const type = options[at];
    if (match.type == 0 || type == match.type || (type == 0 && match.type == 0xff)) return true;
    if (type == 0) break;
    if (type == 1) {
      ++at;
      continue;
    }
    if (at + 1 >= size || options[at + 1] < 2) break;
    at += options[at + 1];
  }
  return false;
}

bool matches(ChecksumMatch const& match, DecodedPacket const& packet) {
  using enum ChecksumMatch::Protocol;
  if (match.protocol == kIpv4) {
    return packet.version == 4 && ipv4_checksum_is_good(packet) == match.valid;
  }
  bool const ipv6 = match.protocol >= kTcpv6;
  if (!packet.has_transport || packet.version != (ipv6 ? 6 : 4)) return false;
  switch (match.protocol) {
    case kTcpv4:
    case kTcpv6:
      if (packet.protocol != protocol::kTcp) return false;
      break;
    case kUdpv4:
    case kUdpv6:
      if (packet.protocol != protocol::kUdp) return false;
      break;
    case kIcmpv4:
      if (packet.protocol != protocol::kIcmp) return false;
      break;
    case kIcmpv6:
      if (packet.protocol != protocol::kIcmp6) return false;
      break;
    case kIpv4:
      break;
  }
  return transport_checksum_is_good(packet) == match.valid;
}

bool matches(StreamSize const&, DecodedPacket const&) { return true; }

bool matches(EventMatch const& match, DecodedPacket const& packet) {
  constexpr std::string_view kDecode = "decode-event:";
  if (!match.name.starts_with(kDecode)) return true;  // of a stream: its owner tests it
  auto const name = std::string_view(match.name).substr(kDecode.size());
  return (packet.events & decode_event_bit(name)) != 0;
}

}  // namespace

std::optional<std::int64_t> field_of(Field field, DecodedPacket const& packet) {
  bool const ipv4 = packet.version == 4;
  switch (field) {
    case Field::kPayloadSize:
      if (packet.version == 0) return std::nullopt;
      return packet.payload_size;
    case Field::kTcpSequence:
    case Field::kTcpAcknowledgment:
    case Field::kTcpWindow:
    case Field::kTcpMss:
      return tcp_field(field, packet);
    case Field::kIcmpType:
    case Field::kIcmpCode:
    case Field::kIcmpId:
    case Field::kIcmpSequence:
      return icmp_field(field, packet);
    case Field::kTtl:
      if (packet.version == 0) return std::nullopt;
      return *packet.at(packet.network + (ipv4 ? 8 : 7));
    case Field::kTos:
      if (packet.version == 0) return std::nullopt;
      if (ipv4) return *packet.at(packet.network + 1);
      return load_be16(packet.at(packet.network)) >> 4 & 0xff;
    case Field::kIpId:
      if (!ipv4) return std::nullopt;
      return load_be16(packet.at(packet.network + 4));
    case Field::kFragmentOffset:
      // As in Suricata: in bytes for IPv6.
      if (ipv4) return packet.fragment_offset / 8;
      if (!packet.has_fragment_header) return std::nullopt;
      return packet.fragment_offset;
    case Field::kIpProtocol:
      if (packet.version == 0) return std::nullopt;
      return packet.protocol;
  }
  return std::nullopt;
}

bool matches_packet(PacketMatch const& match, DecodedPacket const& packet) {
  return std::visit([&](auto const& keyword) { return matches(keyword, packet); }, match);
}

std::optional<Bytes> buffer_of(Buffer buffer, DecodedPacket const& packet) {
  auto const part = [&](std::uint32_t begin, std::uint32_t end) {
    return Bytes{packet.at(begin), end - begin};
  };
  bool const ipv4 = packet.version == 4;
  auto const is = [&](unsigned version, std::uint8_t number) {
    return packet.has_transport && packet.protocol == number &&
           (version == 0 || packet.version == version);
  };
  switch (buffer) {
    case Buffer::kPayload:
      return packet.payload_bytes();
    case Buffer::kIpv4Header:
      if (!ipv4) return std::nullopt;
      return part(packet.network,
                  packet.network + header<ipv4::Header>(packet, packet.network).header_size());
    case Buffer::kIpv6Header:
      if (packet.version != 6) return std::nullopt;
      return part(packet.network, packet.network + ipv6::kSize);
    case Buffer::kTcpHeader:
      if (!is(0, protocol::kTcp)) return std::nullopt;
      return part(packet.transport, packet.payload);
    case Buffer::kUdpHeader:
      if (!is(0, protocol::kUdp)) return std::nullopt;
      return part(packet.transport, packet.payload);
    case Buffer::kIcmpv4Header:
      if (!is(4, protocol::kIcmp)) return std::nullopt;
      return part(packet.transport, packet.payload);
    case Buffer::kIcmpv6Header:
      if (!is(6, protocol::kIcmp6)) return std::nullopt;
      return part(packet.transport, packet.payload);
    case Buffer::kSourceAddress:
      if (packet.version == 0) return std::nullopt;
      return Bytes{packet.source(), packet.address_size()};
    case Buffer::kDestinationAddress:
      if (packet.version == 0) return std::nullopt;
      return Bytes{packet.destination(), packet.address_size()};
    default:
      return std::nullopt;  // of applications
  }
}

bool is_of_protocol(RuleProtocol rule, DecodedPacket const& packet) {
  using enum RuleProtocol;
  switch (rule) {
    case kPacketHeader:
      return true;
    case kIp:
    case kIpFlowStart:
      return packet.version != 0;
    case kIpv4:
      return packet.version == 4;
    case kIpv6:
      return packet.version == 6;
    case kTcp:
    case kTcpPacket:
    case kTcpStream:
    case kTcpFlowStart:
      return is_tcp(packet);
    case kUdp:
      return is_udp(packet);
    case kIcmp:
      return is_icmp(packet);
    case kIcmpv4:
      return is_icmp(packet) && packet.version == 4;
    case kIcmpv6:
      return is_icmp(packet) && packet.version == 6;
    case kSctp:
      break;
  }
  return packet.has_transport && packet.protocol == protocol::kSctp;
}

}  // namespace warpline::ids
