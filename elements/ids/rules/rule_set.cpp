// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/rule_set.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/base/text.hpp"
#include "elements/ids/rules/app_flags.hpp"

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

/// Contents that must occur may occur in more bytes, too; all other keywords may see a difference. So
/// may a first content that is relative: to the beginning of the bytes.
bool has_contents_alone(Rule const& rule) {
  bool first = true;
  return std::all_of(rule.buffers.begin(), rule.buffers.end(), [&](BufferMatch const& match) {
    auto const* const content = std::get_if<ContentMatch>(&match.match);
    bool const relative_to_begin = std::exchange(first, false) && content && content->is_relative();
    return content != nullptr && !content->negated && !content->ends_with && !relative_to_begin;
  });
}

/// Where a rule with payload looks: user guide, "tcp-pkt", "tcp-stream", and `flow`.
void set_places(CompiledRule& compiled) {
  auto const& rule = compiled.rule;
  auto const source = rule.flow ? rule.flow->source : FlowMatch::Source::kAny;
  bool const only_stream =
      rule.protocol == RuleProtocol::kTcpStream || source == FlowMatch::Source::kOnlyStream;
  bool const no_stream = rule.protocol == RuleProtocol::kTcpPacket ||
                         source == FlowMatch::Source::kNoStream || looks_at_headers(rule);
  compiled.grows = has_contents_alone(rule);
  compiled.streams = compiled.looks_at_payload && may_be_tcp(rule.protocol) && !no_stream;
  compiled.packets = !only_stream || !compiled.looks_at_payload;
  // As Suricata does with sizes of streams.
  bool const sizes = !looks_at_headers(rule) && !rule.packet.empty();
  compiled.packets_first = no_stream || sizes || is_at_beginning(rule);
}

/// The keywords that look at the same bytes, in the order of their first use.
std::vector<std::vector<BufferMatch>> by_buffer(Rule const& rule) {
  std::vector<std::vector<BufferMatch>> groups;
  for (auto const& match : rule.buffers) {
    auto group = std::find_if(groups.begin(), groups.end(), [&](auto const& matches) {
      return is_same_buffer(matches.front(), match);
    });
    if (group == groups.end()) group = groups.emplace(group);
    group->push_back(match);
  }
  return groups;
}

/// User guide, "Rule types": the types IP only and like IP only.
bool is_addresses_only(Rule const& rule) {
  using enum RuleProtocol;
  if (!rule.buffers.empty() || !rule.packet.empty() || rule.flow) return false;
  if (rule.app_protocol || !rule.fields.empty() || !rule.app_protocols.empty()) return false;
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
  std::vector<Rule const*> packet_rules;
  for (std::uint32_t i = 0; i < rules_.size(); ++i) {
    auto const& [rule, is_app] = std::tie(rules_[i].rule, rules_[i].app);
    packet_rules.push_back(is_app ? nullptr : &rule);
    if (is_app) app_rules_.add(rule, i);
  }
  groups_.emplace(packet_rules);
}

void RuleSet::compile(Rule rule) {
  CompiledRule compiled;
  for (auto const& matches : by_buffer(rule)) {
    auto const& first = matches.front();
    auto& part =
        compiled.parts.emplace_back(CompiledRule::Part{first.buffer, BufferProgram(matches)});
    if (is_of_application(part.buffer))
      part.app_buffer = app_rules_.buffer(part.buffer, first.transforms.get());
    compiled.looks_at_payload = compiled.looks_at_payload || part.buffer == Buffer::kPayload;
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
  set_app_flags(compiled);
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
