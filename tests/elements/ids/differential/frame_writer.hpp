// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace warpline::ids::differential {

/// The addresses and ports of one side of a conversation.
struct Ends {
  std::string source, destination;  ///< 4 or 16 bytes
  std::uint32_t source_port = 0, destination_port = 0;
  std::vector<std::uint32_t> vlan;
  Ends reversed() const { return {destination, source, destination_port, source_port, vlan}; }
};

/// What of an IP header is not an address.
struct IpFields {
  std::uint32_t ttl = 64, tos = 0, id = 1;
};

struct TcpFields {
  std::uint32_t sequence = 0, acknowledgment = 0, flags = 0, window = 65535;
  std::string options;
};

/// A fragment of a datagram: where it begins, and its bytes.
struct Fragment {
  std::uint32_t offset = 0;
  std::string bytes;
  bool more = false;
};

/// The segment of TCP, datagram of UDP or message of ICMP, with its checksum.
std::string tcp_segment(Ends const& ends, TcpFields const& fields, std::string const& payload);
std::string udp_datagram(Ends const& ends, std::string const& payload);
std::string icmp_message(Ends const& ends, std::uint32_t type, std::uint32_t code,
                         std::string const& payload);

/// Ethernet frames, with VLAN tags and an IP header before `data`.
std::string frame(Ends const& ends, IpFields const& ip, std::uint32_t protocol,
                  std::string const& data);
std::string fragment_frame(Ends const& ends, IpFields const& ip, std::uint32_t protocol,
                           Fragment const& fragment);

}  // namespace warpline::ids::differential
