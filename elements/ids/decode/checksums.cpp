// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/decode/checksums.hpp"

#include "core/net/checksum.hpp"
#include "core/net/wire.hpp"

namespace warpline::ids {
namespace {

/// Of the addresses, the protocol and the length (RFC 9293 section 3.1, RFC 8200 section 8.1).
std::uint32_t pseudo_sum(DecodedPacket const& packet, std::uint32_t size) {
  return checksum_sum({packet.source(), 2 * packet.address_size()}, packet.protocol + size);
}

}  // namespace

bool ipv4_checksum_is_good(DecodedPacket const& packet) {
  auto const* const ip = packet.at(packet.network);
  return checksum_holds({ip, (*ip & 15u) * 4});
}

bool transport_checksum_is_good(DecodedPacket const& packet) {
  if (!packet.has_transport) return true;
  auto size = packet.end - packet.transport;
  bool with_addresses = true;
  switch (packet.protocol) {
    case protocol::kTcp:
    case protocol::kIcmp6:
      break;
    case protocol::kUdp:
      if (load_be16(packet.at(packet.transport + 6)) == 0) return true;
      size = load_be16(packet.at(packet.transport + 4));
      break;
    case protocol::kIcmp:
      with_addresses = false;
      break;
    default:
      return true;
  }
  return checksum_of(checksum_sum({packet.at(packet.transport), size},
                                  with_addresses ? pseudo_sum(packet, size) : 0)) == 0;
}

}  // namespace warpline::ids
