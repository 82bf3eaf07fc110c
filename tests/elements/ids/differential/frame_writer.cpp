// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/differential/frame_writer.hpp"

namespace warpline::ids::differential {
namespace {

std::string number(std::uint64_t value, unsigned size) {
  std::string bytes;
  for (unsigned i = size; i-- > 0;) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

/// RFC 1071.
std::uint32_t checksum(std::string bytes) {
  if (bytes.size() % 2 != 0) bytes += '\0';
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2)
    sum += static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[i]) << 8 |
                                      static_cast<std::uint8_t>(bytes[i + 1]));
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

/// Sets the checksum at an offset of a segment.
std::string with_checksum(Ends const& ends, unsigned protocol, std::size_t offset,
                          std::string segment) {
  std::string pseudo;
  if (protocol != 1)
    pseudo = ends.source + ends.destination + number(protocol, 4) + number(segment.size(), 4);
  auto const sum = checksum(pseudo + segment);
  // In UDP, a sum of 0 means that there is none (RFC 768).
  segment.replace(offset, 2, number(sum == 0 && protocol == 17 ? 0xffff : sum, 2));
  return segment;
}

std::string ethernet(Ends const& ends) {
  std::string header = std::string("\x02\0\0\0\0\x01\x02\0\0\0\0\x02", 12);
  for (std::size_t i = 0; i < ends.vlan.size(); ++i)
    header += number(i + 1 < ends.vlan.size() ? 0x88a8 : 0x8100, 2) + number(ends.vlan[i], 2);
  return header + number(ends.source.size() == 4 ? 0x0800 : 0x86dd, 2);
}

std::string ipv4(Ends const& ends, IpFields const& ip, unsigned protocol, std::uint32_t place,
                 std::string const& data) {
  auto header = number(0x45, 1) + number(ip.tos, 1) + number(20 + data.size(), 2) +
                number(ip.id, 2) + number(place, 2) + number(ip.ttl, 1) + number(protocol, 1) +
                number(0, 2) + ends.source + ends.destination;
  header.replace(10, 2, number(checksum(header), 2));
  return header + data;
}

std::string ipv6(Ends const& ends, IpFields const& ip, unsigned next, std::string const& data) {
  return number(6u << 28 | ip.tos << 20, 4) + number(data.size(), 2) + number(next, 1) +
         number(ip.ttl, 1) + ends.source + ends.destination + data;
}

}  // namespace

std::string tcp_segment(Ends const& ends, TcpFields const& fields, std::string const& payload) {
  auto options = fields.options;
  while (options.size() % 4 != 0) options += '\x01';
  auto const header = number(ends.source_port, 2) + number(ends.destination_port, 2) +
                      number(fields.sequence, 4) + number(fields.acknowledgment, 4) +
                      number((20 + options.size()) / 4 << 4, 1) + number(fields.flags, 1) +
                      number(fields.window, 2) + number(0, 4) + options;
  return with_checksum(ends, 6, 16, header + payload);
}

std::string udp_datagram(Ends const& ends, std::string const& payload) {
  return with_checksum(ends, 17, 6,
                       number(ends.source_port, 2) + number(ends.destination_port, 2) +
                           number(8 + payload.size(), 2) + number(0, 2) + payload);
}

std::string icmp_message(Ends const& ends, std::uint32_t type, std::uint32_t code,
                         std::string const& payload) {
  return with_checksum(
      ends, ends.source.size() == 4 ? 1 : 58, 2,
      number(type, 1) + number(code, 1) + number(0, 2) + number(7, 2) + number(1, 2) + payload);
}

std::string frame(Ends const& ends, IpFields const& ip, std::uint32_t protocol,
                  std::string const& data) {
  return ethernet(ends) + (ends.source.size() == 4 ? ipv4(ends, ip, protocol, 0, data)
                                                   : ipv6(ends, ip, protocol, data));
}

std::string fragment_frame(Ends const& ends, IpFields const& ip, std::uint32_t protocol,
                           Fragment const& fragment) {
  std::uint32_t const more = fragment.more ? 1 : 0;
  if (ends.source.size() == 4)
    return ethernet(ends) +
           ipv4(ends, ip, protocol, fragment.offset / 8 | more << 13, fragment.bytes);
  auto const header =
      number(protocol, 1) + number(0, 1) + number(fragment.offset | more, 2) + number(ip.id, 4);
  return ethernet(ends) + ipv6(ends, ip, 44, header + fragment.bytes);
}

}  // namespace warpline::ids::differential
