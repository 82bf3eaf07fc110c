// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/rule_set.hpp"

#include <algorithm>
#include <tuple>

#include "core/base/text.hpp"

namespace warpline::ids {
namespace {

/// Pass, drop, reject, alert.
int rank_of(Action action) {
  switch (action) {
    case Action::kPass:
      return 0;
    case Action::kDrop:
      return 1;
    case Action::kReject:
    case Action::kRejectDestination:
    case Action::kRejectBoth:
      return 2;
    case Action::kAlert:
      return 3;
  }
  return 3;
}

/// Rules that set bits, then those that also read them, then those that only read, then the others.
int rank_of_bits(Rule const& rule, bool of_flow) {
  bool sets = false, reads = false;
  for (auto const& bit : rule.bits) {
    if ((bit.scope == BitAction::Scope::kFlow) != of_flow) continue;
    (bit.tests() ? reads : sets) = true;
  }
  if (sets) return reads ? 1 : 0;
  return reads ? 2 : 3;
}

bool before(Rule const& a, Rule const& b) {
  auto const key = [](Rule const& rule) {
    return std::tuple(rank_of(rule.action), rank_of_bits(rule, true), rank_of_bits(rule, false),
                      rule.priority, rule.gid, rule.sid);
  };
  return key(a) < key(b);
}

bool may_be_tcp(RuleProtocol protocol) {
  using enum RuleProtocol;
  return protocol == kIp || protocol == kIpv4 || protocol == kIpv6 || protocol == kTcp ||
         protocol == kTcpStream || protocol == kTcpPacket;
}

/// A content that a rule ties to the beginning: it must be found in the packet, too.
bool is_at_beginning(Rule const& rule) {
  return std::any_of(rule.buffers.begin(), rule.buffers.end(), [](BufferMatch const& match) {
    auto const* const content = std::get_if<ContentMatch>(&match.match);
    return content != nullptr && match.buffer == Buffer::kPayload &&
           (content->offset || content->depth || content->starts_with);
  });
}

bool looks_at_headers(Rule const& rule) {
  bool const fields = std::any_of(rule.packet.begin(), rule.packet.end(), [](auto const& match) {
    return !std::holds_alternative<StreamSize>(match);
  });
  bool const buffers = std::any_of(rule.buffers.begin(), rule.buffers.end(), [](auto const& match) {
    return match.buffer != Buffer::kPayload;
  });
  return fields || buffers;
}

/// Where a rule with payload looks: user guide, "tcp-pkt", "tcp-stream", and `flow`.
void set_places(CompiledRule& compiled) {
  auto const& rule = compiled.rule;
  auto const source = rule.flow ? rule.flow->source : FlowMatch::Source::kAny;
  bool const only_stream =
      rule.protocol == RuleProtocol::kTcpStream || source == FlowMatch::Source::kOnlyStream;
  bool const no_stream = rule.protocol == RuleProtocol::kTcpPacket ||
                         source == FlowMatch::Source::kNoStream || looks_at_headers(rule);
  compiled.streams = compiled.looks_at_payload && may_be_tcp(rule.protocol) && !no_stream;
  compiled.packets = !only_stream || !compiled.looks_at_payload;
  compiled.packets_first = no_stream || is_at_beginning(rule);
}

/// User guide, "Rule types": the types IP only and like IP only.
bool is_addresses_only(Rule const& rule) {
  using enum RuleProtocol;
  if (!rule.buffers.empty() || !rule.packet.empty() || rule.flow) return false;
  if (rule.protocol == kPacketHeader || rule.protocol == kTcpFlowStart ||
      rule.protocol == kIpFlowStart)
    return false;
  return std::all_of(rule.bits.begin(), rule.bits.end(), [](BitAction const& bit) {
    return bit.scope != BitAction::Scope::kFlow || bit.command == BitAction::Command::kSet;
  });
}

}  // namespace

RuleSet::RuleSet(std::vector<Rule> rules) {
  std::stable_sort(rules.begin(), rules.end(), before);
  rules_.reserve(rules.size());
  for (auto& rule : rules) compile(std::move(rule));
  std::vector<Rule const*> all;
  for (auto const& compiled : rules_) all.push_back(&compiled.rule);
  groups_.emplace(all);
}

void RuleSet::compile(Rule rule) {
  CompiledRule compiled;
  std::vector<std::pair<Buffer, std::vector<BufferMatch>>> by_buffer;
  for (auto const& match : rule.buffers) {
    auto entry = std::find_if(by_buffer.begin(), by_buffer.end(),
                              [&](auto const& one) { return one.first == match.buffer; });
    if (entry == by_buffer.end()) entry = by_buffer.insert(entry, {match.buffer, {}});
    entry->second.push_back(match);
  }
  for (auto const& [buffer, matches] : by_buffer) {
    compiled.parts.push_back({buffer, BufferProgram(matches)});
    compiled.looks_at_payload = compiled.looks_at_payload || buffer == Buffer::kPayload;
  }
  for (auto const& action : rule.bits) {
    CompiledRule::Bit one{action.command, action.scope, {}, action.expire_seconds};
    for (auto const& name : action.names) one.names.push_back(bit(name));
    (action.tests() ? compiled.tests : compiled.changes).push_back(std::move(one));
  }
  compiled.rule = std::move(rule);
  compiled.addresses_only = is_addresses_only(compiled.rule);
  compiled.once_a_flow = compiled.addresses_only && !compiled.rule.negated_addresses;
  set_places(compiled);
  rules_.push_back(std::move(compiled));
}

std::uint16_t RuleSet::bit(std::string const& name) {
  auto const [entry, is_new] = bits_.emplace(name, static_cast<std::uint16_t>(bit_names_.size()));
  if (!is_new) return entry->second;
  if (bit_names_.size() == kMaxBits)
    throw ConfigError("the rules name more than " + with_commas(kMaxBits) +
                      " flowbits and xbits; expected at most that");
  bit_names_.push_back(name);
  return entry->second;
}

}  // namespace warpline::ids
