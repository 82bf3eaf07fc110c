// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/database/sa_selector.hpp"

#include "elements/ipsec/policy/flow_key.hpp"
#include "elements/ipsec/policy/flow_rule.hpp"

namespace warpline::ipsec {
namespace {

void put(std::optional<IpPrefix> const& prefix, std::uint32_t& value, std::uint32_t& mask) {
  if (!prefix || prefix->length == 0) return;
  auto const bits = be32::of(~std::uint32_t{0} << (32 - prefix->length));
  std::memcpy(&mask, &bits, sizeof mask);
  std::memcpy(&value, prefix->address.bytes.data(), sizeof value);
}

/// Whether it has at least one IPv4 address and nothing else.
bool is_ipv4_addresses(TrafficSelector const& selector) {
  auto const is_ipv4 = [](std::optional<IpPrefix> const& prefix) {
    return prefix && prefix->address.version == 4;
  };
  return (is_ipv4(selector.source) || is_ipv4(selector.destination)) && !selector.protocol &&
         selector.source_port.is_any() && selector.destination_port.is_any();
}

}  // namespace

SaSelector::SaSelector(TrafficSelector const& selector) {
  if (!is_ipv4_addresses(selector)) {
    whole_ = std::make_unique<TrafficSelector const>(selector);
    return;
  }
  put(selector.source, value_[0], mask_[0]);
  put(selector.destination, value_[1], mask_[1]);
}

bool SaSelector::takes_whole(std::uint8_t const* ip, std::uint32_t size) const noexcept {
  FlowKey key;
  if (!read_flow_key(ip, size, key)) return false;
  auto const rule = FlowRule::of(*whole_, key.version);
  return rule && rule->takes(key);
}

}  // namespace warpline::ipsec
