// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/reference/rule_places.hpp"

#include <algorithm>
#include <tuple>

namespace warpline::ids::reference {
namespace {

bool is_on_tcp(RuleProtocol protocol) {
  using enum RuleProtocol;
  return protocol == kTcp || protocol == kTcpStream || protocol == kTcpPacket || protocol == kIp ||
         protocol == kIpv4 || protocol == kIpv6;
}

bool begins_at_a_place(BufferMatch const& match) {
  auto const* content = std::get_if<ContentMatch>(&match.match);
  return content != nullptr && match.buffer == Buffer::kPayload &&
         (content->offset || content->depth || content->starts_with);
}

/// Setters of bits, setters that also read, readers, others.
int order_of_bits(Rule const& rule, bool flow) {
  bool sets = false, reads = false;
  for (auto const& bit : rule.bits) {
    if ((bit.scope == BitAction::Scope::kFlow) != flow) continue;
    if (bit.tests())
      reads = true;
    else
      sets = true;
  }
  return sets && !reads ? 0 : sets ? 1 : reads ? 2 : 3;
}

int order_of_action(Action action) {
  return action == Action::kPass    ? 0
         : action == Action::kDrop  ? 1
         : action == Action::kAlert ? 3
                                    : 2;
}

}  // namespace

Places places_of(Rule const& rule) {
  Places places;
  bool headers = false;
  for (auto const& match : rule.buffers)
    (match.buffer == Buffer::kPayload ? places.payload : headers) = true;
  for (auto const& match : rule.packet)
    headers = headers || !std::holds_alternative<StreamSize>(match);
  auto const source = rule.flow ? rule.flow->source : FlowMatch::Source::kAny;
  bool const stream_alone =
      rule.protocol == RuleProtocol::kTcpStream || source == FlowMatch::Source::kOnlyStream;
  bool const packet_alone = rule.protocol == RuleProtocol::kTcpPacket ||
                            source == FlowMatch::Source::kNoStream || headers;
  places.stream = places.payload && is_on_tcp(rule.protocol) && !packet_alone;
  places.packet = !places.payload || !stream_alone;
  places.always_packet =
      packet_alone || !rule.packet.empty() || std::ranges::any_of(rule.buffers, begins_at_a_place);
  bool const bits = std::ranges::any_of(rule.bits, [](auto const& bit) {
    return bit.scope == BitAction::Scope::kFlow && bit.command != BitAction::Command::kSet;
  });
  places.addresses_only =
      !rule.app_protocol && rule.fields.empty() && rule.buffers.empty() && rule.packet.empty() &&
      !rule.flow && !bits && rule.protocol != RuleProtocol::kPacketHeader &&
      rule.protocol != RuleProtocol::kTcpFlowStart && rule.protocol != RuleProtocol::kIpFlowStart;
  places.once_a_flow = places.addresses_only && !rule.negated_addresses;
  return places;
}

std::vector<Rule> in_order(std::vector<Rule> rules) {
  std::ranges::stable_sort(rules, {}, [](Rule const& rule) {
    return std::tuple(order_of_action(rule.action), order_of_bits(rule, true),
                      order_of_bits(rule, false), rule.priority, rule.gid, rule.sid);
  });
  return rules;
}

}  // namespace warpline::ids::reference
