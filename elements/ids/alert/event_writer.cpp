// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/alert/event_writer.hpp"

#include <algorithm>

#include "core/net/wire.hpp"
#include "elements/ids/alert/endpoints.hpp"
#include "elements/ids/decode/tcp_flags.hpp"
#include "elements/ids/decode/transport.hpp"

namespace warpline::ids {
namespace {

std::string_view source_name(PacketSource source) {
  switch (source) {
    case PacketSource::kWire:
      return "wire/pcap";
    case PacketSource::kGre:
      return "gre tunnel";
    case PacketSource::kIpv4Tunnel:
      return "ipv4 tunnel";
    case PacketSource::kIpv6Tunnel:
      return "ipv6 tunnel";
    case PacketSource::kTeredo:
      return "teredo tunnel";
    case PacketSource::kGeneve:
      return "geneve encapsulation";
    case PacketSource::kVxlan:
      return "vxlan encapsulation";
    case PacketSource::kDefragment:
      return "defrag";
    case PacketSource::kStream:
      return "stream (detect/log)";
    case PacketSource::kFlowTimeout:
      return "stream (flow timeout)";
    case PacketSource::kReload:
      return "detect reload flush";
    case PacketSource::kShutdown:
      return "shutdown flush";
  }
  return {};
}

std::string_view link_name(std::uint16_t link_type) {
  switch (link_type) {
    case 0:
      return "NULL";
    case 1:
      return "EN10MB";
    case 9:
      return "PPP";
    case 12:
    case 101:
      return "RAW";
    case 113:
      return "LINUX_SLL";
    case 228:
      return "IPv4";
    case 229:
      return "IPv6";
    case 276:
      return "LINUX_SLL2";
    default:
      return "UNKNOWN";
  }
}

void put_mac(JsonWriter& out, std::string_view name, std::uint8_t const* address) {
  out.name(name);
  out.raw('"');
  for (int i = 0; i < 6; ++i) {
    if (i > 0) out.raw(':');
    out.hex(address[i]);
  }
  out.raw('"');
}

void put_end(JsonWriter& out, std::string_view name, std::uint8_t const* address, std::size_t size,
             std::uint16_t const* port) {
  out.open(name, '{');
  out.address_field("ip", address, size);
  if (port != nullptr) out.field("port", *port);
  out.close('}');
}

}  // namespace

EventWriter::EventWriter(LineQueue& queue, EveOptions const& options)
    : queue_(&queue),
      options_(options),
      space_(std::make_unique<char[]>(kMaxLineBytes)),
      out_({space_.get(), kMaxLineBytes}) {
  options_.payload_bytes = std::min(options_.payload_bytes, kMaxPayloadBytes);
}

void EventWriter::begin(std::uint64_t time_ns, Flow const* flow) {
  out_.clear();
  out_.open('{');
  out_.time_field("timestamp", time_ns);
  if (flow != nullptr) out_.field("flow_id", flow_id(*flow));
}

void EventWriter::end() {
  out_.raw("}\n");
  if (out_.overflow())
    queue_->lose();
  else
    queue_->put(out_.text());
}

void EventWriter::vlan(std::span<std::uint16_t const> tags) {
  if (tags.empty()) return;
  out_.open("vlan", '[');
  for (auto const tag : tags) {
    out_.element();
    out_.number(tag);
  }
  out_.close(']');
}

void EventWriter::source(PacketSource source) { out_.field("pkt_src", source_name(source)); }

void EventWriter::header(PacketContext const& context, std::string_view type) {
  begin(context.time_ns, context.flow);
  if (context.number != 0) out_.field("pcap_cnt", context.number);
  out_.field("event_type", type);
  auto const* const packet = context.packet;
  if (packet != nullptr) vlan({packet->vlan, packet->vlan_tags});
  put_addresses(out_, endpoints_of(context));
  if (packet != nullptr && is_icmp(*packet)) {
    out_.field("icmp_type", packet->icmp_type);
    out_.field("icmp_code", packet->icmp_code);
  }
  source(context.source);
  bool const ethernet = options_.ethernet && packet != nullptr && context.link_type == 1 &&
                        packet->layer == 0 && packet->frame.size >= 14 && packet->network >= 14;
  if (!ethernet) return;
  out_.open("ether", '{');
  put_mac(out_, "src_mac", packet->at(6));
  put_mac(out_, "dest_mac", packet->at(0));
  out_.close('}');
}

void EventWriter::rule_fields(PacketContext const& context, RuleOutput const& rule, bool blocked) {
  out_.open("alert", '{');
  out_.field("action", blocked ? "blocked" : "allowed");
  out_.raw(rule.head);
  if (auto const ends = endpoints_of(context); rule.target_is_source && ends.version != 0) {
    bool const forward = !*rule.target_is_source;
    auto const size = ends.address_size();
    auto const* const from = ends.ports() ? &ends.source_port : nullptr;
    auto const* const to = ends.ports() ? &ends.destination_port : nullptr;
    put_end(out_, forward ? "source" : "target", ends.source, size, from);
    put_end(out_, forward ? "target" : "source", ends.destination, size, to);
  }
  out_.raw(rule.tail);
  out_.close('}');
}

void EventWriter::tunnel(PacketContext const& context) {
  if (context.outer == nullptr || context.outer->version == 0) return;
  auto const ends = endpoints_of(*context.outer);
  out_.open("tunnel", '{');
  out_.address_field("src_ip", ends.source, ends.address_size());
  out_.field("src_port", ends.source_port);
  out_.address_field("dest_ip", ends.destination, ends.address_size());
  out_.field("dest_port", ends.destination_port);
  out_.name("proto");
  out_.raw('"');
  put_protocol(out_, ends.protocol);
  out_.raw('"');
  if (context.packet != nullptr) out_.field("depth", context.packet->layer);
  if (context.number != 0) out_.field("pcap_cnt", context.number);
  source(PacketSource::kWire);
  out_.close('}');
}

void EventWriter::flow_counts(Flow const& flow) {
  out_.field("pkts_toserver", flow.packets[0]);
  out_.field("pkts_toclient", flow.packets[1]);
  out_.field("bytes_toserver", flow.bytes[0]);
  out_.field("bytes_toclient", flow.bytes[1]);
  out_.time_field("start", flow.first_time_ns);
}

void EventWriter::direction(PacketContext const& context) {
  if (context.flow == nullptr) return;
  if (!context.app_protocol.empty()) out_.field("app_proto", context.app_protocol);
  out_.field("direction", context.to_server ? "to_server" : "to_client");
}

void EventWriter::alert_flow(PacketContext const& context) {
  if (context.flow == nullptr || !options_.flow) return;
  out_.open("flow", '{');
  flow_counts(*context.flow);
  auto const ends = endpoints_of(*context.flow, true);
  out_.address_field("src_ip", ends.source, ends.address_size());
  out_.address_field("dest_ip", ends.destination, ends.address_size());
  if (ends.ports()) {
    out_.field("src_port", ends.source_port);
    out_.field("dest_port", ends.destination_port);
  }
  out_.close('}');
}

/// The transaction in which a rule matched.
void EventWriter::application(PacketContext const& context, TransactionId const& transaction) {
  if (context.app_protocol.empty()) return;
  out_.open(context.app_protocol, '{');
  transaction.session->write(transaction.number, out_);
  out_.close('}');
}

void EventWriter::payload(Bytes payload) {
  payload.size = std::min(payload.size, options_.payload_bytes);
  if (options_.payload && payload.size > 0) out_.base64_field("payload", payload);
  if (options_.payload_printable) out_.printable_field("payload_printable", payload);
}

void EventWriter::packet(PacketContext const& context) {
  if (!options_.packet || (context.packet == nullptr && context.bytes.size == 0)) return;
  auto bytes = context.bytes;
  auto link_type = context.link_type;
  if (bytes.size == 0) {
    auto const& packet = *context.packet;
    bytes = packet.frame;
    if (packet.layer > 0) {
      bytes = {packet.at(packet.begin), packet.end - packet.begin};
      link_type = kRawLink;
    }
  }
  out_.base64_field("packet", bytes);
  out_.open("packet_info", '{');
  out_.field("linktype", link_type);
  out_.field("linktype_name", link_name(link_type));
  out_.close('}');
}

void EventWriter::verdict(PacketVerdict const& verdict, unsigned protocol) {
  using Reject = PacketVerdict::Reject;
  if (!options_.verdict) return;
  bool const reject = verdict.reject != Reject::kNone;
  bool const drop = reject || verdict.action == PacketVerdict::Action::kDrop;
  out_.open("verdict", '{');
  out_.field("action", drop                                             ? "drop"
                       : verdict.action == PacketVerdict::Action::kPass ? "pass"
                                                                        : "alert");
  if (reject) {
    out_.field("reject-target", verdict.reject == Reject::kSource        ? "to_client"
                                : verdict.reject == Reject::kDestination ? "to_server"
                                                                         : "both");
    out_.open("reject", '[');
    out_.raw(protocol == protocol::kTcp ? "\"tcp-reset\"" : "\"icmp-prohib\"");
    out_.close(']');
  }
  out_.close('}');
}

void EventWriter::alert(PacketContext const& context, AlertEvent const& event) noexcept {
  header(context, "alert");
  if (event.transaction) out_.field("tx_id", event.transaction->number);
  rule_fields(context, *event.rule, event.blocked);
  if (event.transaction) application(context, *event.transaction);
  tunnel(context);
  direction(context);
  alert_flow(context);
  if (options_.payload || options_.payload_printable) {
    payload(event.payload);
    out_.field("stream", event.stream ? 1 : 0);
  }
  packet(context);
  verdict(event.verdict, endpoints_of(context).protocol);
  end();
}

void EventWriter::ip_fields(DecodedPacket const& packet) {
  auto const* const ip = packet.at(packet.network);
  if (packet.version == 4) {
    out_.field("len", load_be16(ip + 2));
    out_.field("tos", ip[1]);
    out_.field("ttl", ip[8]);
    out_.field("ipid", load_be16(ip + 4));
  } else if (packet.version == 6) {
    out_.field("len", load_be16(ip + 4));
    out_.field("tc", load_be16(ip) >> 4 & 0xff);
    out_.field("hoplimit", ip[7]);
    out_.field("flowlbl", static_cast<std::uint64_t>(ip[1] & 15) << 16 | load_be16(ip + 2));
  }
}

void EventWriter::transport_fields(DecodedPacket const& packet) {
  if (!packet.has_transport) return;
  auto const* const header = packet.at(packet.transport);
  if (packet.protocol == protocol::kTcp) {
    auto const& tcp = *reinterpret_cast<tcp::Header const*>(header);
    auto const has = [&](std::uint8_t flag) { return (packet.tcp_flags & flag) != 0; };
    out_.field("tcpseq", tcp.sequence.host());
    out_.field("tcpack", tcp.acknowledgment.host());
    out_.field("tcpwin", tcp.window.host());
    out_.flag("syn", has(tcp_flag::kSyn));
    out_.flag("ack", has(tcp_flag::kAck));
    out_.flag("psh", has(tcp_flag::kPsh));
    out_.flag("rst", has(tcp_flag::kRst));
    out_.flag("urg", has(tcp_flag::kUrg));
    out_.flag("fin", has(tcp_flag::kFin));
    out_.field("tcpres", header[12] & 15);
    out_.field("tcpurgp", load_be16(header + 18));
  } else if (packet.protocol == protocol::kUdp) {
    out_.field("udplen", load_be16(header + 4));
  } else if (is_icmp(packet) && packet.end - packet.transport >= 8) {
    out_.field("icmp_id", load_be16(header + 4));
    out_.field("icmp_seq", load_be16(header + 6));
  }
}

void EventWriter::drop(PacketContext const& context, DropEvent const& event) noexcept {
  header(context, "drop");
  direction(context);
  out_.open("drop", '{');
  if (context.packet != nullptr) {
    ip_fields(*context.packet);
    transport_fields(*context.packet);
  }
  if (!event.reason.empty()) out_.field("reason", event.reason);
  out_.close('}');
  verdict(event.verdict, endpoints_of(context).protocol);
  if (event.rule != nullptr) rule_fields(context, *event.rule, true);
  end();
}

}  // namespace warpline::ids
