// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/detect/rule_match.hpp"

#include <algorithm>
#include <cstring>

#include "core/net/wire.hpp"
#include "elements/ids/verify/packet_matches.hpp"

namespace warpline::ids {
namespace {

IpAddress address_of(DecodedPacket const& packet, bool destination) {
  IpAddress address;
  address.version = packet.version;
  std::memcpy(address.bytes.data(), destination ? packet.destination() : packet.source(),
              packet.address_size());
  return address;
}

bool has_ports(DecodedPacket const& packet) {
  return packet.has_transport &&
         (packet.protocol == protocol::kTcp || packet.protocol == protocol::kUdp ||
          packet.protocol == protocol::kSctp);
}

/// A packet without ports matches only a rule for all ports.
bool contains(PortSet const& ports, DecodedPacket const& packet, std::uint16_t port) {
  return has_ports(packet) ? ports.contains(port) : ports.is_all();
}

bool ends_match(Rule const& rule, DecodedPacket const& packet) {
  bool const all_addresses = rule.source.is_all() && rule.destination.is_all();
  IpAddress source, destination;
  if (!all_addresses) {
    if (packet.version == 0) return false;
    source = address_of(packet, false);
    destination = address_of(packet, true);
  }
  auto const one_way = [&](IpAddress const& from, std::uint16_t from_port, IpAddress const& to,
                           std::uint16_t to_port) {
    return contains(rule.source_ports, packet, from_port) &&
           contains(rule.destination_ports, packet, to_port) &&
           (rule.source.is_all() || rule.source.contains(from)) &&
           (rule.destination.is_all() || rule.destination.contains(to));
  };
  if (one_way(source, packet.source_port, destination, packet.destination_port)) return true;
  return rule.both_ways &&
         one_way(destination, packet.destination_port, source, packet.source_port);
}

/// The state as rules see it: without TCP, a flow is established once both directions were seen.
bool is_established(MatchInput const& input) {
  if (input.packet->protocol == protocol::kTcp) return input.flow->handshake;
  return input.flow->state == FlowState::kEstablished;
}

bool flow_matches(FlowMatch const& match, MatchInput const& input) {
  using Direction = FlowMatch::Direction;
  using State = FlowMatch::State;
  using Fragments = FlowMatch::Fragments;
  // As in Suricata, fragments themselves match neither.
  if (match.fragments == Fragments::kOnly && !input.reassembled) return false;
  if (match.fragments == Fragments::kNone && (input.reassembled || input.packet->fragment))
    return false;
  bool const needs_flow = match.direction != Direction::kAny ||
                          match.state == State::kEstablished ||
                          match.state == State::kNotEstablished;
  if (!needs_flow) return true;
  if (input.flow == nullptr) return false;
  if (match.direction == Direction::kToServer && !input.to_server) return false;
  if (match.direction == Direction::kToClient && input.to_server) return false;
  if (match.state == State::kEstablished) return is_established(input);
  if (match.state == State::kNotEstablished) return !is_established(input);
  return true;
}

bool is_of_application(Rule const& rule, Flow const* flow) {
  if (!rule.app_protocol && rule.app_protocols.empty()) return true;
  if (flow == nullptr) return false;
  if (rule.app_protocol && flow->app_protocol != *rule.app_protocol) return false;
  return std::ranges::all_of(rule.app_protocols, [&](AppProtocolMatch const& match) {
    return match.matches(flow->app_protocol);
  });
}

bool compare(StreamSize const& match, std::uint32_t size) {
  using enum StreamSize::Comparison;
  switch (match.comparison) {
    case kLess:
      return size < match.size;
    case kLessEqual:
      return size <= match.size;
    case kEqual:
      return size == match.size;
    case kNotEqual:
      return size != match.size;
    case kGreater:
      return size > match.size;
    case kGreaterEqual:
      return size >= match.size;
  }
  return false;
}

/// Sequence numbers that an end has used, as Suricata counts them: its SYN, its bytes, and its FIN once
/// that is acknowledged; that of a server which closes first at once.
std::uint32_t stream_size(TcpSession const& session, unsigned side) {
  auto const& half = session.halves[side];
  if (!half.started) return 0;
  bool const fin = half.fin_acked || (side == 1 && half.fin && half.closes_first);
  return 1 + half.sent() + (fin ? 1 : 0);
}

bool stream_size_matches(StreamSize const& match, TcpSession const& session) {
  using enum StreamSize::Side;
  bool const client = compare(match, stream_size(session, 0));
  bool const server = compare(match, stream_size(session, 1));
  switch (match.side) {
    case kClient:
      return client;
    case kServer:
      return server;
    case kEither:
      return client || server;
    case kBoth:
      return client && server;
  }
  return false;
}

/// Returns whether all `stream_size` match; without a session, none does.
bool stream_sizes_match(Rule const& rule, TcpSession const* session) {
  return std::all_of(rule.packet.begin(), rule.packet.end(), [&](PacketMatch const& match) {
    auto const* const size = std::get_if<StreamSize>(&match);
    return size == nullptr || (session != nullptr && stream_size_matches(*size, *session));
  });
}

}  // namespace

bool RuleMatcher::head_matches(CompiledRule const& compiled, MatchInput const& input) const {
  auto const& rule = compiled.rule;
  using enum RuleProtocol;
  if (rule.protocol == kTcpFlowStart || rule.protocol == kIpFlowStart) {
    if (!input.first_of_flow) return false;
  }
  if (!is_of_protocol(rule.protocol, *input.packet)) return false;
  if (!ends_match(rule, *input.packet)) return false;
  if (!is_of_application(rule, input.flow)) return false;
  return !rule.flow || flow_matches(*rule.flow, input);
}

/// Of several names, one that is set is enough for `isset`, and one that is not for `isnotset`.
bool RuleMatcher::bits_match(CompiledRule const& compiled, MatchInput const& input) {
  for (auto const& test : compiled.tests) {
    bool const of_flow = test.scope == BitAction::Scope::kFlow;
    if (of_flow && input.flow == nullptr) return false;
    bool const expected = test.command == BitAction::Command::kIsSet;
    bool const any = std::any_of(test.names.begin(), test.names.end(), [&](std::uint16_t name) {
      bool const is_set = of_flow ? bits_.test(input.flow_index, *input.flow, name)
                                  : shared_.test_bit(test.scope, rules_.bit_names()[name],
                                                     *input.packet, input.now_s);
      return is_set == expected;
    });
    if (!any) return false;
  }
  return true;
}

/// All keywords of the packet and of its buffers must match.
bool RuleMatcher::packet_matches(CompiledRule const& compiled, MatchInput const& input) {
  for (auto const& match : compiled.rule.packet)
    if (!matches_packet(match, *input.packet)) return false;
  // What a tunnel carries is a packet of its own.
  bool const has_payload =
      input.packet->payload_size > 0 && !input.packet->is_tunnel && !input.encrypted;
  if (compiled.looks_at_payload && !has_payload) return false;
  for (auto const& part : compiled.parts) {
    auto const bytes = buffer_of(part.buffer, *input.packet);
    if (!bytes || !part.program.matches(*bytes, evaluation_)) return false;
  }
  return true;
}

bool RuleMatcher::run(CompiledRule const& compiled, Bytes bytes, std::uint32_t offset) {
  for (auto const& part : compiled.parts)
    if (!part.program.matches(bytes, evaluation_, offset)) return false;
  return true;
}

/// In the new bytes alone; or in them with those before, but not in those before alone, because that
/// match was found when they were new.
bool RuleMatcher::stream_matches(CompiledRule const& compiled, StreamView const& stream) {
  auto const [bytes, offset, old_size] = stream;
  if (compiled.grows && !run(compiled, bytes, offset)) return false;  // most rules do not match
  Bytes const added{bytes.data + old_size, bytes.size - old_size};
  if (run(compiled, added, offset + old_size)) return true;
  if (old_size == 0) return false;
  return run(compiled, bytes, offset) && !run(compiled, {bytes.data, old_size}, offset);
}

RuleMatch RuleMatcher::match(CompiledRule const& compiled, MatchInput const& input) {
  if (!head_matches(compiled, input) || !bits_match(compiled, input)) return {};
  if (!stream_sizes_match(compiled.rule, input.session)) return {};
  if (input.stream != nullptr && compiled.streams && stream_matches(compiled, *input.stream))
    return {true, true};
  if (input.no_packet || !compiled.packets) return {};
  if (compiled.looks_at_payload && input.packet_in_stream && !compiled.packets_first) return {};
  return {packet_matches(compiled, input), false};
}

bool RuleMatcher::match_packet(CompiledRule const& compiled, MatchInput const& input) {
  // As in Suricata, `only_stream` needs a match in the stream, which only contents of the payload have.
  bool const only_stream =
      compiled.rule.flow && compiled.rule.flow->source == FlowMatch::Source::kOnlyStream;
  if (only_stream && !compiled.looks_at_payload) return false;
  if (!head_matches(compiled, input) || !bits_match(compiled, input)) return false;
  if (!stream_sizes_match(compiled.rule, input.session)) return false;
  for (auto const& match : compiled.rule.packet)
    if (!matches_packet(match, *input.packet)) return false;
  return true;
}

bool RuleMatcher::match_payload(CompiledRule const& compiled, Bytes bytes, std::uint32_t offset) {
  return std::ranges::all_of(compiled.parts, [&](CompiledRule::Part const& part) {
    return part.buffer != Buffer::kPayload || part.program.matches(bytes, evaluation_, offset);
  });
}

void RuleMatcher::change_bits(CompiledRule const& compiled, MatchInput const& input) {
  for (auto const& change : compiled.changes) {
    for (auto const name : change.names) {
      if (change.scope != BitAction::Scope::kFlow)
        shared_.change_bit(change.command, change.scope, rules_.bit_names()[name],
                           change.expire_seconds, *input.packet, input.now_s);
      else if (input.flow != nullptr)
        bits_.change(input.flow_index, *input.flow, name, change.command);
    }
  }
}

}  // namespace warpline::ids
