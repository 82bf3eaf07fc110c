// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/detect/quick_check.hpp"

#include <variant>

namespace warpline::ids {
namespace {

/// What a packet may have, as bits.
enum Trait : std::uint8_t {
  kToServer = 1,   // of its flow
  kToClient = 2,   // of its flow
  kStream = 4,     // bytes of a stream are due
  kBytes = 8,      // that, or there is a payload
  kOwnBytes = 16,  // that, or the payload is not in a stream
  kPacket = 32,    // not only a stream
  kFirst = 64,     // of its flow
  kVisible = 128,  // the payload is not encrypted
};

std::uint8_t traits_of(MatchInput const& input) {
  bool const stream = input.stream != nullptr;
  bool const payload =
      input.packet->payload_size > 0 && !input.packet->is_tunnel && !input.encrypted;
  unsigned traits = 0;
  if (input.flow != nullptr) traits |= input.to_server ? kToServer : kToClient;
  if (stream) traits |= kStream;
  if (stream || payload) traits |= kBytes;
  if (stream || !input.packet_in_stream) traits |= kOwnBytes;
  if (!input.no_packet) traits |= kPacket;
  if (input.first_of_flow) traits |= kFirst;
  if (!input.encrypted) traits |= kVisible;
  return static_cast<std::uint8_t>(traits);
}

/// Of a rule that looks at no application.
unsigned needs_of_bytes(CompiledRule const& compiled) {
  unsigned needs = 0;
  if (!compiled.streams) needs |= kPacket;
  if (!compiled.packets) needs |= kStream;
  if (!compiled.looks_at_payload) return needs;
  return needs | kBytes | (compiled.packets_first ? 0 : kOwnBytes);
}

unsigned needs_of(CompiledRule const& compiled) {
  using Direction = FlowMatch::Direction;
  auto const& rule = compiled.rule;
  auto needs = compiled.app ? 0 : needs_of_bytes(compiled);
  if (rule.flow && rule.flow->direction == Direction::kToServer) needs |= kToServer;
  if (rule.flow && rule.flow->direction == Direction::kToClient) needs |= kToClient;
  bool const at_start =
      rule.protocol == RuleProtocol::kTcpFlowStart || rule.protocol == RuleProtocol::kIpFlowStart;
  return at_start ? needs | kFirst : needs;
}

}  // namespace

QuickCheck::Packet::Packet(MatchInput const& input)
    : source_port(input.packet->source_port),
      destination_port(input.packet->destination_port),
      protocol(input.packet->protocol),
      tcp_flags(input.packet->tcp_flags),
      traits(traits_of(input)) {}

QuickCheck::QuickCheck(CompiledRule const& compiled)
    : needs_(static_cast<std::uint8_t>(needs_of(compiled))) {
  auto const& rule = compiled.rule;
  if (!rule.both_ways) {
    source_ = around(rule.source_ports);
    destination_ = around(rule.destination_ports);
  }
  for (auto const& match : rule.packet) {
    if (auto const* const bits = std::get_if<BitsMatch>(&match)) add(*bits);
    if (auto const* const header = std::get_if<HeaderMatch>(&match)) add(*header);
  }
}

void QuickCheck::add(BitsMatch const& match) {
  bool const exactly = match.mode == BitsMatch::Mode::kExactly;
  if (match.field != BitsMatch::Field::kTcpFlags) return;
  if (!exactly && match.mode != BitsMatch::Mode::kAtLeast) return;
  flags_mask_ = exactly ? static_cast<std::uint8_t>(~match.ignored) : match.bits;
  flags_ = match.bits;
}

void QuickCheck::add(HeaderMatch const& match) {
  if (match.field == HeaderMatch::Field::kPayloadSize) needs_ |= kVisible;
  if (match.field != HeaderMatch::Field::kIpProtocol || match.negated) return;
  if (match.min != match.max) return;
  protocol_mask_ = 0xff;
  protocol_ = static_cast<std::uint8_t>(match.min);
}

QuickCheck::Ports QuickCheck::around(PortSet const& ports) {
  if (ports.empty()) return {};
  return {ports.intervals().front().first, ports.intervals().back().last};
}

}  // namespace warpline::ids
