// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "core/base/random.hpp"
#include "elements/ids/decode/decoded_packet.hpp"

namespace warpline::ids {

/// The identification of a flow: both directions have one key. Any thread.
struct FlowKey {
  std::array<std::uint64_t, 4> addresses{};  ///< the lower end first; IPv4 in the first four bytes
  std::array<std::uint16_t, 2> ports{};      ///< in the order of the addresses
  std::array<std::uint16_t, 2> vlan{};
  std::uint8_t protocol = 0, version = 0;

  friend bool operator==(FlowKey const&, FlowKey const&) = default;
};

/// A key, and whether the packet goes from its second end to its first.
struct DirectedKey {
  FlowKey key;
  bool from_second = false;
};

/// The flow of a packet of IP. ICMP messages of a query and of its answer are one flow.
inline DirectedKey flow_key_of(DecodedPacket const& packet) {
  struct End {
    std::array<std::uint64_t, 2> address{};
    std::uint16_t port = 0;
    bool operator<(End const& other) const {
      return address != other.address ? address < other.address : port < other.port;
    }
  };
  End from, to;
  std::memcpy(from.address.data(), packet.source(), packet.address_size());
  std::memcpy(to.address.data(), packet.destination(), packet.address_size());
  from.port = packet.source_port;
  to.port = packet.destination_port;
  DirectedKey result;
  result.from_second = to < from;
  if (result.from_second) std::swap(from, to);
  auto& key = result.key;
  key.addresses = {from.address[0], from.address[1], to.address[0], to.address[1]};
  key.ports = {from.port, to.port};
  key.vlan = {packet.vlan[0], packet.vlan[1]};
  key.protocol = packet.protocol;
  key.version = packet.version;
  return result;
}

/// `seed`: a secret of the table, so that nobody can choose flows of one hash.
inline std::uint64_t hash_of(FlowKey const& key, std::uint64_t seed) {
  std::uint64_t const ports = std::uint64_t{key.ports[0]} << 48 |
                              std::uint64_t{key.ports[1]} << 32 | std::uint64_t{key.vlan[0]} << 16 |
                              key.vlan[1];
  std::uint64_t const rest = std::uint64_t{key.protocol} << 8 | key.version;
  auto hash = mix64(seed ^ rest);
  for (auto const word : key.addresses) hash = mix64(hash ^ word);
  return mix64(hash ^ ports);
}

}  // namespace warpline::ids
