// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace warpline::ids::reference {

/// A number in network order in some bytes.
std::uint32_t number_at(std::string const& bytes, std::size_t offset, std::size_t size);

/// A packet as rules see it: copies of its parts.
struct Packet {
  int version = 0;  ///< of IP; 0: none, or a broken one
  int protocol = -1;
  std::vector<std::uint32_t> vlan;
  std::string source, destination;  ///< addresses
  std::string link;                 ///< what precedes the IP header
  std::string ip_header;            ///< with options or extension headers
  std::string transport;            ///< header of TCP, UDP or ICMP; empty if it is cut
  std::string payload;
  std::uint32_t source_port = 0, destination_port = 0;
  bool has_transport = false;
  bool checksum_holds = true;         ///< of TCP, UDP or ICMP
  bool header_checksum_holds = true;  ///< of IPv4

  bool is_fragment = false, more_fragments = false;
  bool has_fragment_header = false;  ///< of IPv6
  bool is_reassembled = false;
  std::uint32_t fragment_offset = 0, fragment_id = 0;
  std::string fragment;  ///< its data

  bool is_tcp() const { return has_transport && protocol == 6; }
  bool is_udp() const { return has_transport && protocol == 17; }
  bool is_icmp() const { return has_transport && (protocol == 1 || protocol == 58); }
  bool has_ports() const { return is_tcp() || is_udp(); }
  std::uint32_t tcp_flags() const { return is_tcp() ? number_at(transport, 13, 1) : 0; }
};

/// Reads an Ethernet frame with up to two VLAN tags, IPv4 or IPv6, and TCP, UDP or ICMP.
Packet read_frame(std::string const& frame);
/// Reads an IP packet; `outer` gives the VLAN tags.
Packet read_datagram(std::string const& datagram, Packet const& outer);

}  // namespace warpline::ids::reference
