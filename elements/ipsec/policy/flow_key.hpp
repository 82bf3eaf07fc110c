// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/net/wire.hpp"

namespace warpline::ipsec {

/// The parts of a packet that selectors compare and that cannot be seen.
enum class Unseen : std::uint8_t {
  kNothing,
  kPorts,     ///< a later fragment, or the header is cut
  kProtocol,  ///< and the protocol: more IPv6 extension headers than are read
};

/// The fields of a packet that selectors compare (RFC 4301 section 4.4.1.1), as words to be masked
/// and compared.
struct FlowKey {
  /// Set if the packet's ports can be seen. Otherwise this bit and the ports are zero: such a
  /// packet has OPAQUE ports, which only a selector for any port matches.
  static constexpr std::uint64_t kHasPorts = std::uint64_t{1} << 32;

  /// For a protocol that cannot be seen: 255, which is reserved (RFC 3692 section 2.1.1, IANA).
  static constexpr std::uint8_t kNoProtocol = 255;

  std::uint64_t source[2]{};  ///< numbers, the first bit highest; IPv4: 32 bits of the first
  std::uint64_t destination[2]{};
  std::uint64_t transport = 0;  ///< protocol << 40 | kHasPorts | source port << 16 | destination
  unsigned version = 4;
  Unseen unseen = Unseen::kNothing;

  static constexpr std::uint64_t opaque(std::uint8_t protocol) {
    return static_cast<std::uint64_t>(protocol) << 40;
  }
  static constexpr std::uint64_t ports(std::uint8_t protocol, std::uint16_t source,
                                       std::uint16_t destination) {
    return opaque(protocol) | kHasPorts | static_cast<std::uint64_t>(source) << 16 | destination;
  }

  constexpr std::uint8_t protocol() const { return static_cast<std::uint8_t>(transport >> 40); }
  constexpr bool has_ports() const { return (transport & kHasPorts) != 0; }
  constexpr std::uint16_t source_port() const {
    return static_cast<std::uint16_t>(transport >> 16);
  }
  constexpr std::uint16_t destination_port() const { return static_cast<std::uint16_t>(transport); }
};

/// How to find the ports of a protocol.
enum class PortKind : std::uint8_t { kNone, kPorts, kTypeAndCode };

constexpr PortKind port_kind(std::uint8_t number) {
  constexpr std::uint8_t kDccp = 33, kIcmp6 = 58, kSctp = 132, kUdpLite = 136;
  switch (number) {
    case protocol::kTcp:
    case protocol::kUdp:
    case kDccp:
    case kSctp:
    case kUdpLite:
      return PortKind::kPorts;
    case protocol::kIcmp:
    case kIcmp6:
      return PortKind::kTypeAndCode;
    default:
      return PortKind::kNone;
  }
}

/// Reads the key of the IPv4 or IPv6 packet at `ip`; `size` bytes are available. At most
/// eight extension headers of IPv6 are skipped. Of fragments, only the first has ports; the parts
/// that are not visible are in `unseen`. Returns false if the header is cut, or is of another
/// version.
bool read_flow_key(std::uint8_t const* ip, std::uint32_t size, FlowKey& key) noexcept;

/// Reads only the addresses, of a packet whose IPv4 header is whole: for tables that need no more.
inline void read_addresses4(std::uint8_t const* ip, FlowKey& key) noexcept {
  auto const& header = *reinterpret_cast<ipv4::Header const*>(ip);
  key.transport = 0;
  key.unseen = Unseen::kNothing;
  key.source[0] = static_cast<std::uint64_t>(header.source.host()) << 32;
  key.destination[0] = static_cast<std::uint64_t>(header.destination.host()) << 32;
  key.source[1] = key.destination[1] = 0;
  key.version = 4;
}

/// The same of a packet of either version.
inline void read_addresses(std::uint8_t const* ip, FlowKey& key) noexcept {
  if (ip[0] >> 4 == 4) return read_addresses4(ip, key);
  key.transport = 0;
  key.unseen = Unseen::kNothing;
  auto const* const words = reinterpret_cast<be64 const*>(ip + 8);
  for (unsigned i = 0; i < 2; ++i) {
    key.source[i] = words[i].host();
    key.destination[i] = words[2 + i].host();
  }
  key.version = 6;
}

}  // namespace warpline::ipsec
