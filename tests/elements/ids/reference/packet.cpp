// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/reference/packet.hpp"

namespace warpline::ids::reference {
namespace {

/// RFC 1071: true if the sum of 16-bit words is 0xffff.
bool checksum_holds(std::string bytes, std::uint64_t sum) {
  if (bytes.size() % 2 != 0) bytes += '\0';
  for (std::size_t i = 0; i < bytes.size(); i += 2) sum += number_at(bytes, i, 2);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return sum == 0xffff;
}

bool transport_checksum_holds(Packet const& packet, std::string const& segment) {
  std::uint64_t pseudo = 0;
  auto bytes = segment;
  if (packet.protocol == 17) {
    if (number_at(segment, 6, 2) == 0) return true;  // none was computed
    bytes.resize(number_at(segment, 4, 2));
  }
  if (packet.protocol != 1) {
    auto const addresses = packet.source + packet.destination;
    for (std::size_t i = 0; i < addresses.size(); i += 2) pseudo += number_at(addresses, i, 2);
    pseudo += static_cast<std::uint64_t>(packet.protocol) + bytes.size();
  }
  return checksum_holds(bytes, pseudo);
}

/// Reads what follows the IP headers.
void read_transport(std::string const& segment, Packet& packet) {
  std::size_t header = 0, size = segment.size();
  switch (packet.protocol) {
    case 6:
      if (size < 20) return;
      header = (number_at(segment, 12, 1) >> 4) * 4;
      if (header < 20 || header > size) return;
      break;
    case 17:
      if (size < 8 || number_at(segment, 4, 2) < 8 || number_at(segment, 4, 2) > size) return;
      header = 8;
      size = number_at(segment, 4, 2);
      break;
    case 1:
    case 58:
      if ((packet.protocol == 1) != (packet.version == 4)) return;
      if (size < 4) return;
      header = std::min<std::size_t>(size, 8);
      break;
    default:
      packet.payload = segment;
      return;
  }
  packet.has_transport = true;
  packet.transport = segment.substr(0, header);
  packet.payload = segment.substr(header, size - header);
  packet.checksum_holds = transport_checksum_holds(packet, segment);
  if (!packet.has_ports()) return;
  packet.source_port = number_at(segment, 0, 2);
  packet.destination_port = number_at(segment, 2, 2);
}

void read_ipv4(std::string const& bytes, Packet& packet) {
  if (bytes.size() < 20) return;
  auto const header = (number_at(bytes, 0, 1) & 15) * 4, total = number_at(bytes, 2, 2);
  if (header < 20 || total < header || total > bytes.size()) return;
  packet.version = 4;
  packet.protocol = static_cast<int>(number_at(bytes, 9, 1));
  packet.source = bytes.substr(12, 4);
  packet.destination = bytes.substr(16, 4);
  packet.ip_header = bytes.substr(0, header);
  packet.header_checksum_holds = checksum_holds(packet.ip_header, 0);
  auto const place = number_at(bytes, 6, 2);
  auto const rest = bytes.substr(header, total - header);
  if ((place & 0x3fff) == 0) return read_transport(rest, packet);
  packet.is_fragment = true;
  packet.more_fragments = (place & 0x2000) != 0;
  packet.fragment_offset = (place & 0x1fff) * 8;
  packet.fragment_id = number_at(bytes, 4, 2);
  packet.fragment = rest;
}

/// With a fragment header (RFC 8200 section 4.5) and no other extension.
void read_ipv6(std::string const& bytes, Packet& packet) {
  if (bytes.size() < 40) return;
  auto const total = 40 + number_at(bytes, 4, 2);
  if (total > bytes.size()) return;
  auto next = number_at(bytes, 6, 1);
  bool const extended = next == 44;
  if (extended && total < 48) return;
  packet.version = 6;
  packet.source = bytes.substr(8, 16);
  packet.destination = bytes.substr(24, 16);
  std::size_t header = 40;
  packet.has_fragment_header = extended;
  if (extended) {
    next = number_at(bytes, 40, 1);
    header = 48;
  }
  packet.protocol = static_cast<int>(next);
  packet.ip_header = bytes.substr(0, header);
  auto const rest = bytes.substr(header, total - header);
  auto const place = extended ? number_at(bytes, 42, 2) : 0;
  if ((place & 0xfff9) == 0) return read_transport(rest, packet);
  packet.is_fragment = true;
  packet.more_fragments = (place & 1) != 0;
  packet.fragment_offset = place & 0xfff8;
  packet.fragment_id = number_at(bytes, 44, 4);
  packet.fragment = rest;
}

}  // namespace

std::uint32_t number_at(std::string const& bytes, std::size_t offset, std::size_t size) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < size; ++i)
    number = number << 8 | static_cast<std::uint8_t>(bytes.at(offset + i));
  return number;
}

Packet read_frame(std::string const& frame) {
  Packet packet;
  if (frame.size() < 14) return packet;
  std::size_t end = 14;
  auto type = number_at(frame, 12, 2);
  while (type == 0x8100 || type == 0x88a8) {
    if (packet.vlan.size() == 2 || frame.size() < end + 4) return packet;
    packet.vlan.push_back(number_at(frame, end, 2) & 0xfff);
    type = number_at(frame, end + 2, 2);
    end += 4;
  }
  packet.link = frame.substr(0, end);
  auto const rest = frame.substr(end);
  if (rest.empty()) return packet;
  auto const version = number_at(rest, 0, 1) >> 4;
  if (type == 0x0800 && version == 4) read_ipv4(rest, packet);
  if (type == 0x86dd && version == 6) read_ipv6(rest, packet);
  return packet;
}

Packet read_datagram(std::string const& datagram, Packet const& outer) {
  Packet packet;
  packet.vlan = outer.vlan;
  packet.link = outer.link;
  packet.is_reassembled = true;
  if (datagram.empty()) return packet;
  if (number_at(datagram, 0, 1) >> 4 == 4) read_ipv4(datagram, packet);
  if (number_at(datagram, 0, 1) >> 4 == 6) read_ipv6(datagram, packet);
  return packet;
}

}  // namespace warpline::ids::reference
