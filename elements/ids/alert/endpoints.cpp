// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/alert/endpoints.hpp"

#include <utility>

namespace warpline::ids {

Endpoints endpoints_of(DecodedPacket const& packet) {
  Endpoints ends;
  if (packet.version == 0) return ends;
  ends.version = packet.version;
  ends.protocol = packet.protocol;
  ends.source = packet.source();
  ends.destination = packet.destination();
  ends.source_port = packet.source_port;
  ends.destination_port = packet.destination_port;
  return ends;
}

Endpoints endpoints_of(Flow const& flow, bool to_server) {
  Endpoints ends;
  ends.version = flow.key.version;
  ends.protocol = flow.key.protocol;
  auto const* const bytes = reinterpret_cast<std::uint8_t const*>(flow.key.addresses.data());
  ends.source = bytes;
  ends.destination = bytes + 16;
  ends.source_port = flow.key.ports[0];
  ends.destination_port = flow.key.ports[1];
  if (flow.client_is_second == to_server) {
    std::swap(ends.source, ends.destination);
    std::swap(ends.source_port, ends.destination_port);
  }
  return ends;
}

Endpoints endpoints_of(PacketContext const& context) {
  if (context.packet != nullptr) return endpoints_of(*context.packet);
  return context.flow != nullptr ? endpoints_of(*context.flow, context.to_server) : Endpoints{};
}

std::uint64_t flow_id(Flow const& flow) {
  return hash_of(flow.key, flow.first_time_ns) & ((std::uint64_t{1} << 51) - 1);
}

std::string_view protocol_name(std::uint8_t number) {
  switch (number) {
    case 1:
      return "ICMP";
    case 2:
      return "IGMP";
    case 4:
      return "IPv4";
    case 6:
      return "TCP";
    case 17:
      return "UDP";
    case 41:
      return "IPv6";
    case 47:
      return "GRE";
    case 50:
      return "ESP";
    case 51:
      return "AH";
    case 58:
      return "IPv6-ICMP";
    case 89:
      return "OSPFIGP";
    case 103:
      return "PIM";
    case 112:
      return "VRRP";
    case 132:
      return "SCTP";
    default:
      return {};
  }
}

void put_protocol(JsonWriter& out, std::uint8_t number) {
  auto const name = protocol_name(number);
  if (name.empty())
    out.padded(number, 3);
  else
    out.raw(name);
}

void put_addresses(JsonWriter& out, Endpoints const& ends) {
  if (ends.version == 0) return;
  out.address_field("src_ip", ends.source, ends.address_size());
  if (ends.ports()) out.field("src_port", ends.source_port);
  out.address_field("dest_ip", ends.destination, ends.address_size());
  if (ends.ports()) out.field("dest_port", ends.destination_port);
  out.name("proto");
  out.raw('"');
  put_protocol(out, ends.protocol);
  out.raw('"');
  out.field("ip_v", ends.version);
}

}  // namespace warpline::ids
