// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/prefilter/rule_groups.hpp"

#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "elements/ids/decode/transport.hpp"
#include "elements/ids/prefilter/fast_pattern.hpp"

namespace warpline::ids {
namespace {

bool is_of_kind(RuleProtocol protocol, PacketKind kind) {
  using enum RuleProtocol;
  switch (protocol) {
    case kTcp:
    case kTcpPacket:
    case kTcpStream:
    case kTcpFlowStart:
      return kind == PacketKind::kTcp;
    case kUdp:
      return kind == PacketKind::kUdp;
    case kIcmp:
    case kIcmpv4:
    case kIcmpv6:
      return kind == PacketKind::kIcmp;
    case kSctp:
      return kind == PacketKind::kOther;
    default:
      return true;
  }
}

bool is_of_direction(Rule const& rule, bool to_server) {
  using Direction = FlowMatch::Direction;
  if (!rule.flow || rule.flow->direction == Direction::kAny) return true;
  return (rule.flow->direction == Direction::kToServer) == to_server;
}

/// The ports of the server with which packets can match the rule.
PortSet server_ports(Rule const& rule, PacketKind kind, bool to_server) {
  // Without ports, a packet matches rules for all ports alone.
  if (kind == PacketKind::kIcmp)
    return rule.source_ports.is_all() && rule.destination_ports.is_all() ? PortSet::all()
                                                                         : PortSet();
  auto ports = to_server ? rule.destination_ports : rule.source_ports;
  if (rule.both_ways) ports.add(to_server ? rule.source_ports : rule.destination_ports);
  return ports;
}

/// What a rule costs the packets of its group, about, in units of a long pattern. A short pattern is
/// often found; a rule without one is looked at for each packet.
std::uint32_t cost_of(Rule const& rule) {
  constexpr std::uint32_t kAlways = 16;
  constexpr std::uint32_t kByBytes[] = {kAlways, 64, 16, 4};
  auto const pattern = fast_pattern_of(rule);
  auto const bytes = pattern ? pattern->bytes.size() : 0;
  return bytes < std::size(kByBytes) ? kByBytes[bytes] : 1;
}

}  // namespace

PacketKind kind_of(DecodedPacket const& packet) {
  if (is_tcp(packet)) return PacketKind::kTcp;
  if (is_udp(packet)) return PacketKind::kUdp;
  return is_icmp(packet) ? PacketKind::kIcmp : PacketKind::kOther;
}

RuleGroups::RuleGroups(std::span<Rule const* const> rules) {
  for (std::size_t kind = 0; kind < kPacketKinds; ++kind)
    for (bool const to_server : {true, false})
      add_part(rules, static_cast<PacketKind>(kind), to_server);
  known_.clear();
}

void RuleGroups::add_part(std::span<Rule const* const> rules, PacketKind kind, bool to_server) {
  std::vector<PortSet> sets;
  std::vector<std::uint32_t> indices, costs;
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    if (rules[i] == nullptr) continue;
    if (!is_of_kind(rules[i]->protocol, kind) || !is_of_direction(*rules[i], to_server)) continue;
    sets.push_back(server_ports(*rules[i], kind, to_server));
    indices.push_back(i);
    costs.push_back(cost_of(*rules[i]));
  }
  auto& part = parts_[part_of(kind, to_server)];
  part.first = static_cast<Id>(groups_.size() + 1);
  part.ports.emplace(sets, costs, kMaxGroups);
  for (std::size_t i = 0; i < part.ports->size(); ++i) {
    Group group;
    std::vector<std::uint32_t> with_pattern;
    for (auto const member : part.ports->members(i)) {
      auto const rule = indices[member];
      (fast_pattern_of(*rules[rule]) ? with_pattern : group.always).push_back(rule);
    }
    group.search = search_for(with_pattern, rules);
    groups_.push_back(std::move(group));
  }
}

std::uint16_t RuleGroups::search_for(std::vector<std::uint32_t> const& with_pattern,
                                     std::span<Rule const* const> rules) {
  if (with_pattern.empty()) return 0;
  auto const number = static_cast<std::uint16_t>(searches_.size() + 1);
  if (auto const [known, is_new] = known_.emplace(with_pattern, number); !is_new)
    return known->second;
  auto& [set, selected, junctions] = searches_.emplace_back();
  std::map<SelectedPattern, PatternId> ids;
  for (auto const index : with_pattern) {
    auto const& rule = *rules[index];
    auto const pattern = *fast_pattern_of(rule);
    auto const [entry, is_new] = ids.emplace(pattern, static_cast<PatternId>(set.patterns.size()));
    if (is_new) {
      if (set.patterns.size() == kMaxPatterns)
        throw ConfigError("the rules need more than " + with_commas(kMaxPatterns) +
                          " distinct patterns; expected at most that");
      set.patterns.push_back({pattern.bytes, pattern.nocase, rule.sid, {}, rule.position});
      selected.emplace_back();
    }
    selected[entry->second].push_back(index);
  }
  junctions = JunctionFilter(set.patterns);
  return number;
}

std::size_t RuleGroups::max_patterns() const {
  std::size_t count = 0;
  for (auto const& search : searches_) count = std::max(count, search.patterns.patterns.size());
  return count;
}

PatternSet RuleGroups::all_patterns() const {
  PatternSet all;
  std::set<SelectedPattern> known;
  for (auto const& search : searches_)
    for (auto const& pattern : search.patterns.patterns)
      if (known.insert({pattern.bytes, pattern.nocase}).second) all.patterns.push_back(pattern);
  return all;
}

}  // namespace warpline::ids
