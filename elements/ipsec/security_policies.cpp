// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/security_policies.hpp"

namespace warpline::ipsec {
namespace {

/// The policy that is looked at first, where it takes every packet.
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

bool InboundPolicies::allows(FlowKey const& packet, std::uint32_t peer,
                             std::uint32_t any_peer) const noexcept {
  for (auto const* table : {&forward_, &in_}) {
    auto const found = table->find(packet);
    if (found != kNoMatch && (peers_[found] == peer || peers_[found] == any_peer)) return true;
  }
  return false;
}

Verdict InboundPolicies::without_esp(FlowKey const& packet) const noexcept {
  auto verdict = drop<"no_policy">();
  for (auto const* table : {&forward_, &in_}) {
    auto const found = table->find(packet);
    if (found == kNoMatch) continue;
    if (actions_[found] == PolicyAction::kProtect) return drop<"policy_protect">();
    if (actions_[found] == PolicyAction::kDiscard) return drop<"policy_discard">();
    verdict = forward();
  }
  return verdict;
}

}  // namespace warpline::ipsec
