// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/reference/header_keywords.hpp"

#include <stdexcept>

namespace warpline::ids::reference {
namespace {

using Field = HeaderMatch::Field;
using Value = std::optional<std::int64_t>;

Value tcp_option(Packet const& packet, std::uint32_t kind, std::size_t size) {
  auto const& header = packet.transport;
  for (std::size_t at = 20; at < header.size();) {
    auto const own = number_at(header, at, 1);
    if (own == 0) break;
    if (own == 1) {
      ++at;
      continue;
    }
    if (at + 2 > header.size()) break;
    auto const length = number_at(header, at + 1, 1);
    if (length < 2 || at + length > header.size()) break;
    if (own == kind && length == size) return number_at(header, at + 2, size - 2);
    at += length;
  }
  return std::nullopt;
}

/// Bytes of a header that is there.
Value part(bool there, std::string const& header, std::size_t offset, std::size_t size) {
  return there && header.size() >= offset + size ? Value(number_at(header, offset, size))
                                                 : std::nullopt;
}

bool has_icmp_id(Packet const& packet) {
  if (!packet.is_icmp() || packet.transport.size() < 8) return false;
  auto const type = number_at(packet.transport, 0, 1);
  if (packet.version == 6) return type == 128 || type == 129;
  return type == 0 || type == 8 || (type >= 13 && type <= 18);
}

Value field_of(Field field, Packet const& packet) {
  bool const ip = packet.version != 0, ipv4 = packet.version == 4;
  switch (field) {
    case Field::kPayloadSize:
      return ip ? Value(packet.payload.size()) : std::nullopt;
    case Field::kTcpSequence:
      return part(packet.is_tcp(), packet.transport, 4, 4);
    case Field::kTcpAcknowledgment:
      return part(packet.is_tcp(), packet.transport, 8, 4);
    case Field::kTcpWindow:
      return part(packet.is_tcp(), packet.transport, 14, 2);
    case Field::kTcpMss:
      return packet.is_tcp() ? tcp_option(packet, 2, 4) : std::nullopt;
    case Field::kTtl:
      return part(ip, packet.ip_header, ipv4 ? 8 : 7, 1);
    case Field::kTos:
      if (ipv4) return number_at(packet.ip_header, 1, 1);
      return ip ? Value(number_at(packet.ip_header, 0, 2) >> 4 & 0xff) : std::nullopt;
    case Field::kIpId:
      return part(ipv4, packet.ip_header, 4, 2);
    case Field::kIpProtocol:
      return ip ? Value(packet.protocol) : std::nullopt;
    case Field::kIcmpType:
      return part(packet.is_icmp(), packet.transport, 0, 1);
    case Field::kIcmpCode:
      return part(packet.is_icmp(), packet.transport, 1, 1);
    case Field::kIcmpId:
      return part(has_icmp_id(packet), packet.transport, 4, 2);
    case Field::kIcmpSequence:
      return part(has_icmp_id(packet), packet.transport, 6, 2);
    case Field::kFragmentOffset:
      if (ipv4) return packet.fragment_offset / 8;
      return packet.has_fragment_header ? Value(packet.fragment_offset) : std::nullopt;
  }
  return std::nullopt;
}

bool bits_match(BitsMatch const& match, Packet const& packet) {
  std::uint32_t bits = 0;
  if (match.field == BitsMatch::Field::kTcpFlags) {
    if (!packet.is_tcp()) return false;
    bits = packet.tcp_flags();
  } else {
    if (packet.version != 4) return false;
    bits = number_at(packet.ip_header, 6, 1) >> 5;
  }
  bits &= ~std::uint32_t{match.ignored};
  auto const asked = std::uint32_t{match.bits};
  switch (match.mode) {
    case BitsMatch::Mode::kExactly:
      return bits == asked;
    case BitsMatch::Mode::kAtLeast:
      if (match.field == BitsMatch::Field::kFragmentBits && bits == asked) return false;
      return (bits & asked) == asked;
    case BitsMatch::Mode::kAny:
      return (bits & asked) != 0;
    case BitsMatch::Mode::kNotAll:
      return (bits & asked) != asked;
  }
  return false;
}

bool contains(PortSet const& ports, Packet const& packet, std::uint32_t port) {
  auto const full = ports.intervals().size() == 1 && ports.intervals()[0].first == 0 &&
                    ports.intervals()[0].last == 65535;
  if (!packet.has_ports()) return full;
  for (auto const& interval : ports.intervals())
    if (interval.first <= port && port <= interval.last) return true;
  return false;
}

bool contains(AddressSet const& set, std::string const& address) {
  if (address.size() == 4) {
    auto const number = number_at(address, 0, 4);
    for (auto const& interval : set.ipv4.intervals())
      if (interval.first <= number && number <= interval.last) return true;
    return false;
  }
  if (address.size() != 16) return false;
  auto const half = [&](std::size_t at) {
    return std::uint64_t{number_at(address, at, 4)} << 32 | number_at(address, at + 4, 4);
  };
  Number128 const number{half(0), half(8)};
  for (auto const& interval : set.ipv6.intervals())
    if (interval.first <= number && number <= interval.last) return true;
  return false;
}

/// All of IPv4 and IPv6, so that it takes packets without IP, too.
bool is_any(AddressSet const& set) {
  return contains(set, std::string(4, '\0')) && contains(set, std::string(4, '\xff')) &&
         contains(set, std::string(16, '\0')) && contains(set, std::string(16, '\xff')) &&
         set.ipv4.intervals().size() == 1 && set.ipv6.intervals().size() == 1;
}

}  // namespace

bool is_of_protocol(RuleProtocol protocol, Packet const& packet) {
  using enum RuleProtocol;
  switch (protocol) {
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
      return packet.is_tcp();
    case kUdp:
      return packet.is_udp();
    case kIcmp:
      return packet.is_icmp();
    case kIcmpv4:
      return packet.is_icmp() && packet.version == 4;
    case kIcmpv6:
      return packet.is_icmp() && packet.version == 6;
    case kSctp:
      return false;
  }
  return false;
}

bool ends_match(Rule const& rule, Packet const& packet) {
  auto const one_way = [&](std::string const& from, std::uint32_t from_port, std::string const& to,
                           std::uint32_t to_port) {
    return (is_any(rule.source) || contains(rule.source, from)) &&
           (is_any(rule.destination) || contains(rule.destination, to)) &&
           contains(rule.source_ports, packet, from_port) &&
           contains(rule.destination_ports, packet, to_port);
  };
  return one_way(packet.source, packet.source_port, packet.destination, packet.destination_port) ||
         (rule.both_ways &&
          one_way(packet.destination, packet.destination_port, packet.source, packet.source_port));
}

bool header_matches(PacketMatch const& match, Packet const& packet) {
  if (auto const* field = std::get_if<HeaderMatch>(&match)) {
    auto const value = field_of(field->field, packet);
    return value && (*value >= field->min && *value <= field->max) != field->negated;
  }
  if (auto const* bits = std::get_if<BitsMatch>(&match)) return bits_match(*bits, packet);
  if (std::holds_alternative<SameAddresses>(match))
    return packet.version != 0 && packet.source == packet.destination;
  throw std::logic_error("no reference for this keyword");
}

std::optional<std::string> buffer_of(Buffer buffer, Packet const& packet) {
  auto const if_it = [](bool there, std::string const& bytes) {
    return there ? std::optional(bytes) : std::nullopt;
  };
  switch (buffer) {
    case Buffer::kPayload:
      return packet.payload;
    case Buffer::kIpv4Header:
      return if_it(packet.version == 4, packet.ip_header);
    case Buffer::kIpv6Header:
      return if_it(packet.version == 6, packet.ip_header.substr(0, 40));
    case Buffer::kTcpHeader:
      return if_it(packet.is_tcp(), packet.transport);
    case Buffer::kUdpHeader:
      return if_it(packet.is_udp(), packet.transport);
    case Buffer::kIcmpv4Header:
      return if_it(packet.is_icmp() && packet.version == 4, packet.transport);
    case Buffer::kIcmpv6Header:
      return if_it(packet.is_icmp() && packet.version == 6, packet.transport);
    case Buffer::kSourceAddress:
      return if_it(packet.version != 0, packet.source);
    case Buffer::kDestinationAddress:
      return if_it(packet.version != 0, packet.destination);
    default:  // of an application
      return std::nullopt;
  }
}

}  // namespace warpline::ids::reference
