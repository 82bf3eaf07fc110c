// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/alert/endpoints.hpp"

#include <iterator>
#include <utility>

namespace warpline::ids {
namespace {

/// By number, as Suricata 7.0.10 writes them.
constexpr std::string_view kProtocols[] = {
    "HOPOPT",      "ICMP",       "IGMP",        "GGP",        "IP-in-IP",
    "ST",          "TCP",        "CBT",         "EGP",        "IGP",
    "BBN-RCC-MON", "NVP-II",     "PUP",         "ARGUS",      "EMCON",
    "XNET",        "CHAOS",      "UDP",         "MUX",        "DCN-MEAS",
    "HMP",         "PRM",        "XNS-IDP",     "TRUNK-1",    "TRUNK-2",
    "LEAF-1",      "LEAF-2",     "RDP",         "IRTP",       "ISO-TP4",
    "NETBLT",      "MFE-NSP",    "MERIT-INP",   "DCCP",       "3PC",
    "IDPR",        "XTP",        "DDP",         "IDPR-CMTP",  "TP++",
    "IL",          "IPv6",       "SDRP",        "IPv6-Route", "IPv6-Frag",
    "IDRP",        "RSVP",       "GRE",         "DSR",        "BNA",
    "ESP",         "AH",         "I-NLSP",      "SwIPe",      "NARP",
    "MOBILE",      "TLSP",       "SKIP",        "IPv6-ICMP",  "IPv6-NoNxt",
    "IPv6-Opts",   "Any",        "CFTP",        "Any",        "SAT-EXPAK",
    "KRYPTOLAN",   "RVD",        "IPPC",        "Any",        "SAT-MON",
    "VISA",        "IPCU",       "CPNX",        "CPHB",       "WSN",
    "PVP",         "BR-SAT-MON", "SUN-ND",      "WB-MON",     "WB-EXPAK",
    "ISO-IP",      "VMTP",       "SECURE-VMTP", "VINES",      "TTP",
    "NSFNET-IGP",  "DGP",        "TCF",         "EIGRP",      "OSPF",
    "Sprite-RPC",  "LARP",       "MTP",         "AX.25",      "OS",
    "MICP",        "SCC-SP",     "ETHERIP",     "ENCAP",      "Any",
    "GMTP",        "IFMP",       "PNNI",        "PIM",        "ARIS",
    "SCPS",        "QNX",        "A/N",         "IPComp",     "SNP",
    "Compaq-Peer", "IPX-in-IP",  "VRRP",        "PGM",        "Any",
    "L2TP",        "DDX",        "IATP",        "STP",        "SRP",
    "UTI",         "SMP",        "SM",          "PTP",        "IS-IS",
    "FIRE",        "CRTP",       "CRUDP",       "SSCOPMCE",   "IPLT",
    "SPS",         "PIPE",       "SCTP",        "FC",         "RSVP-E2E-IGNORE",
    "Mobility",    "UDPLite",    "MPLS-in-IP",  "manet",      "HIP",
    "Shim6",       "WESP",       "ROHC",        "Ethernet"};

}  // namespace

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
  return number < std::size(kProtocols) ? kProtocols[number] : std::string_view{};
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
