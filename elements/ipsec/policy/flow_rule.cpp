// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/policy/flow_rule.hpp"

#include <cstddef>

#include "core/net/wire.hpp"

namespace warpline::ipsec {
namespace {

void fill(std::optional<IpPrefix> const& prefix, std::uint64_t* value, std::uint64_t* mask) {
  for (std::size_t word = 0; word < 2; ++word) {
    value[word] = mask[word] = 0;
    if (!prefix || prefix->length <= 64 * word) continue;
    auto const bits = prefix->length - 64 * word;
    mask[word] = bits >= 64 ? ~std::uint64_t{0} : ~(~std::uint64_t{0} >> bits);
    value[word] =
        reinterpret_cast<be64 const*>(prefix->address.bytes.data() + 8 * word)->host() & mask[word];
  }
}

}  // namespace

std::optional<FlowRule> FlowRule::of(TrafficSelector const& selector, unsigned version) {
  if ((selector.source && selector.source->address.version != version) ||
      (selector.destination && selector.destination->address.version != version))
    return std::nullopt;
  FlowRule rule{};
  fill(selector.source, rule.source, rule.source_mask);
  fill(selector.destination, rule.destination, rule.destination_mask);
  rule.protocol = selector.protocol;
  rule.source_port = selector.source_port;
  rule.destination_port = selector.destination_port;
  return rule;
}

bool FlowRule::may_take(FlowKey const& packet) const {
  if (packet.unseen == Unseen::kNothing) return takes(packet);
  return takes_addresses(packet) &&
         (!protocol || packet.unseen == Unseen::kProtocol || *protocol == packet.protocol());
}

bool FlowRule::takes_addresses(FlowKey const& packet) const {
  for (unsigned word = 0; word < 2; ++word)
    if ((packet.source[word] & source_mask[word]) != source[word] ||
        (packet.destination[word] & destination_mask[word]) != destination[word])
      return false;
  return true;
}

bool FlowRule::takes(FlowKey const& packet) const {
  auto const port_in = [&](PortRange const& range, std::uint16_t port) {
    return range.is_any() || (packet.has_ports() && range.contains(port));
  };
  return takes_addresses(packet) && (!protocol || *protocol == packet.protocol()) &&
         port_in(source_port, packet.source_port()) &&
         port_in(destination_port, packet.destination_port());
}

}  // namespace warpline::ipsec
