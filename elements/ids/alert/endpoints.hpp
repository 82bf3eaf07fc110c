// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "elements/ids/alert/event.hpp"
#include "elements/ids/json_writer.hpp"

namespace warpline::ids {

/// The addresses and ports of an event; `version` is 0 where it has none.
struct Endpoints {
  std::uint8_t const *source = nullptr, *destination = nullptr;
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint8_t version = 0, protocol = 0;

  std::size_t address_size() const { return version == 4 ? 4 : 16; }
  /// True for TCP, UDP and SCTP.
  bool ports() const { return protocol == 6 || protocol == 17 || protocol == 132; }
};

Endpoints endpoints_of(DecodedPacket const& packet);
/// From the client to the server, or the other way. Valid for the life of `flow`.
Endpoints endpoints_of(Flow const& flow, bool to_server);
/// Of the packet, or of the flow if there is no packet.
Endpoints endpoints_of(PacketContext const& context);

/// The number of a flow, the same for both directions, below 2^51 so that JSON readers with doubles
/// keep it exact. Flows with equal addresses and ports differ by their first packet's time.
std::uint64_t flow_id(Flow const& flow);

/// The name of a protocol of IP, as EVE has it; empty for a number that has none.
std::string_view protocol_name(std::uint8_t number);
/// The name, or three digits.
void put_protocol(JsonWriter& out, std::uint8_t number);

/// The fields `src_ip` to `proto`, and `ip_v`.
void put_addresses(JsonWriter& out, Endpoints const& ends);

}  // namespace warpline::ids
