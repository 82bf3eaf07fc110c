// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/wire.hpp"
#include "elements/ids/decode/decoded_packet.hpp"

namespace warpline::ids {

/// The transport protocol of a packet whose transport header is whole. Any thread.
inline bool is_tcp(DecodedPacket const& packet) {
  return packet.has_transport && packet.protocol == protocol::kTcp;
}
inline bool is_udp(DecodedPacket const& packet) {
  return packet.has_transport && packet.protocol == protocol::kUdp;
}
/// Of either IP version.
inline bool is_icmp(DecodedPacket const& packet) {
  return packet.has_transport &&
         (packet.protocol == protocol::kIcmp || packet.protocol == protocol::kIcmp6);
}

}  // namespace warpline::ids
