// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/policy/security_policies.hpp"

namespace warpline::ipsec {
namespace {

/// The first policy, if it matches every packet.
std::uint32_t takes_all(std::span<Policy const> policies) {
  std::uint32_t first = kNoMatch;
  for (std::uint32_t i = 0; i < policies.size(); ++i)
    if (policies[i].direction == PolicyDirection::kOut &&
        (first == kNoMatch || policies[i].priority < policies[first].priority))
      first = i;
  return first != kNoMatch && policies[first].selector == TrafficSelector{} ? first : kNoMatch;
}

}  // namespace

OutboundPolicies::OutboundPolicies(std::span<Policy const> policies, bool of_sas)
    : table_(policies, PolicyDirection::kOut),
      count_(policies.size()),
      choices_(std::make_unique<Choice[]>(policies.size())),
      only_(takes_all(policies)),
      of_sas_(of_sas) {
  for (std::size_t i = 0; i < policies.size(); ++i) choices_[i].action = policies[i].action;
}

InboundPolicies::InboundPolicies(std::span<Policy const> policies,
                                 std::span<std::uint32_t const> peers)
    : in_(policies, PolicyDirection::kIn),
      forward_(policies, PolicyDirection::kForward),
      peers_(peers.begin(), peers.end()) {
  for (auto const& policy : policies) actions_.push_back(policy.action);
}

namespace {

/// The packet's policy in one of the tables.
template <class IsEquivalent>
std::uint32_t find(PolicyTable const& table, FlowKey const& packet,
                   IsEquivalent const& is_equivalent) {
  if (packet.unseen == Unseen::kNothing) [[likely]]
    return table.find(packet);
  return table.find_unseen(packet, is_equivalent);
}

}  // namespace

std::uint32_t OutboundPolicies::find_unseen(FlowKey const& packet) const noexcept {
  return table_.find_unseen(packet, [this](std::uint32_t a, std::uint32_t b) {
    return action(a) == action(b) && (action(a) != PolicyAction::kProtect || sa(a) == sa(b));
  });
}

Verdict InboundPolicies::by_sa(FlowKey const& packet, std::uint32_t peer,
                               std::uint32_t any_peer) const noexcept {
  auto const takes = [&](std::uint32_t policy) {
    return peers_[policy] == peer || peers_[policy] == any_peer;
  };
  auto verdict = drop<"policy_mismatch">();
  for (auto const* table : {&forward_, &in_}) {
    auto const match = find(*table, packet,
                            [&](std::uint32_t a, std::uint32_t b) { return takes(a) == takes(b); });
    if (match == PolicyTable::kDiffer)
      verdict = drop<"opaque">();
    else if (match != kNoMatch && takes(match))
      return forward();
  }
  return verdict;
}

Verdict InboundPolicies::without_esp(FlowKey const& packet) const noexcept {
  auto verdict = drop<"no_policy">();
  for (auto const* table : {&forward_, &in_}) {
    auto const match = find(*table, packet, [this](std::uint32_t a, std::uint32_t b) {
      return actions_[a] == actions_[b];
    });
    if (match == kNoMatch) continue;
    if (match == PolicyTable::kDiffer) return drop<"opaque">();
    if (actions_[match] == PolicyAction::kProtect) return drop<"policy_protect">();
    if (actions_[match] == PolicyAction::kDiscard) return drop<"policy_discard">();
    verdict = forward();
  }
  return verdict;
}

}  // namespace warpline::ipsec
