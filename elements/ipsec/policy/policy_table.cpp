// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/policy/policy_table.hpp"

#include <algorithm>

namespace warpline::ipsec {
namespace {

/// The policies of `direction`, the one that wins first.
std::vector<std::uint32_t> ordered(std::span<Policy const> policies, PolicyDirection direction) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t index = 0; index < policies.size(); ++index)
    if (policies[index].direction == direction) order.push_back(index);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return policies[a].priority < policies[b].priority;
  });
  return order;
}

}  // namespace

template <std::size_t kKeyWords, std::size_t kAddressWords>
PolicyTable::Version<kKeyWords, kAddressWords>::Version(std::span<Policy const> policies,
                                                        std::span<std::uint32_t const> order,
                                                        unsigned version, Method method)
    : rules_(std::in_place_index<0>, std::span<FlowRule const>()) {
  std::vector<FlowRule> rules;
  for (auto const index : order)
    if (auto const rule = FlowRule::of(policies[index].selector, version)) {
      if (rule->asks_for_transport())
        asking_.push_back({static_cast<std::uint32_t>(rules.size()), *rule});
      rules.push_back(*rule);
      policies_.push_back(index);
    }
  TupleSpace<kKeyWords> tuples(rules);
  bool const many = tuples.probes() > kMaxProbes;
  if (method == Method::kBits || (method == Method::kChoose && many))
    rules_.template emplace<1>(rules);
  else
    rules_ = std::move(tuples);
}

template <std::size_t kKeyWords, std::size_t kAddressWords>
void PolicyTable::Version<kKeyWords, kAddressWords>::find(std::span<FlowKey const> packets,
                                                          std::uint32_t* matches) const noexcept {
  if (auto const* const tuples = std::get_if<0>(&rules_))
    tuples->find(packets, matches);
  else
    std::get_if<1>(&rules_)->find(packets, matches);
  for (std::size_t i = 0; i < packets.size(); ++i)
    if (matches[i] != kNoMatch) matches[i] = policies_[matches[i]];
}

template <std::size_t kKeyWords, std::size_t kAddressWords>
std::uint32_t PolicyTable::Version<kKeyWords, kAddressWords>::find_rule(
    FlowKey const& packet) const noexcept {
  if (auto const* const tuples = std::get_if<0>(&rules_)) return tuples->find(packet);
  std::uint32_t match = kNoMatch;
  std::get_if<1>(&rules_)->find({&packet, 1}, &match);
  return match;
}

template <std::size_t kKeyWords, std::size_t kAddressWords>
std::uint32_t PolicyTable::Version<kKeyWords, kAddressWords>::find(
    FlowKey const& packet) const noexcept {
  auto const rule = find_rule(packet);
  return rule == kNoMatch ? rule : policies_[rule];
}

template class PolicyTable::Version<2, 1>;
template class PolicyTable::Version<5, 2>;

PolicyTable::PolicyTable(std::span<Policy const> policies, PolicyDirection direction, Method method)
    : PolicyTable(policies, ordered(policies, direction), method) {}

PolicyTable::PolicyTable(std::span<Policy const> policies, std::span<std::uint32_t const> order,
                         Method method)
    : looks_behind_addresses_(std::any_of(order.begin(), order.end(),
                                          [&](std::uint32_t index) {
                                            auto const& selector = policies[index].selector;
                                            return selector.protocol ||
                                                   !selector.source_port.is_any() ||
                                                   !selector.destination_port.is_any();
                                          })),
      v4_(policies, order, 4, method),
      v6_(policies, order, 6, method) {}

std::uint32_t PolicyTable::find(FlowKey const& packet) const noexcept {
  return packet.version == 4 ? v4_.find(packet) : v6_.find(packet);
}

void PolicyTable::find(std::span<FlowKey const> packets, std::uint32_t* matches) const noexcept {
  for (; !packets.empty(); packets = packets.subspan(std::min(kBurst, packets.size()))) {
    auto const burst = packets.first(std::min(kBurst, packets.size()));
    auto const v4 = static_cast<std::size_t>(std::count_if(
        burst.begin(), burst.end(), [](FlowKey const& key) { return key.version == 4; }));
    if (v4 == burst.size())
      v4_.find(burst, matches);
    else if (v4 == 0)
      v6_.find(burst, matches);
    else
      find_mixed(burst, matches);
    matches += burst.size();
  }
}

void PolicyTable::find_mixed(std::span<FlowKey const> burst,
                             std::uint32_t* matches) const noexcept {
  FlowKey keys[kBurst];  // IPv4 from the front, IPv6 from the back
  std::uint32_t results[kBurst];
  std::size_t places[kBurst];
  std::size_t v4 = 0, v6 = burst.size();
  for (std::size_t i = 0; i < burst.size(); ++i) {
    auto const place = burst[i].version == 4 ? v4++ : --v6;
    keys[place] = burst[i];
    places[place] = i;
  }
  v4_.find({keys, v4}, results);
  v6_.find({keys + v6, burst.size() - v6}, results + v6);
  for (std::size_t place = 0; place < burst.size(); ++place)
    matches[places[place]] = results[place];
}

PolicyTable::Method PolicyTable::method(unsigned version) const {
  return version == 4 ? v4_.method() : v6_.method();
}

}  // namespace warpline::ipsec
