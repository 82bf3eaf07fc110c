// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/policy_words.hpp"

#include <algorithm>

#include "core/base/numbers.hpp"
#include "elements/ipsec/policy/flow_key.hpp"

namespace warpline::ipsec {
namespace {

struct ProtocolName {
  std::string_view name;
  std::uint8_t number;
};

constexpr ProtocolName kProtocols[] = {{"icmp", 1},
                                       {"igmp", 2},
                                       {"ipencap", 4},
                                       {"tcp", 6},
                                       {"udp", 17},
                                       {"dccp", 33},
                                       {"ipv6", 41},
                                       {"gre", 47},
                                       {"esp", 50},
                                       {"ah", 51},
                                       {"ipv6-icmp", 58},
                                       {"icmpv6", 58},
                                       {"ospf", 89},
                                       {"pim", 103},
                                       {"ipcomp", 108},
                                       {"vrrp", 112},
                                       {"l2tp", 115},
                                       {"sctp", 132},
                                       {"mobility-header", 135},
                                       {"udplite", 136}};

std::optional<std::uint16_t> parse_number(std::string_view text, std::uint16_t max) {
  auto const number = to_number<std::uint16_t>(text);
  return number && *number <= max ? number : std::nullopt;
}

}  // namespace

std::optional<std::uint8_t> parse_protocol(std::string_view text) {
  for (auto const& [name, number] : kProtocols)
    if (name == text) return number;
  if (auto const number = parse_number(text, 255)) return static_cast<std::uint8_t>(*number);
  return std::nullopt;
}

std::vector<std::string> protocol_names() {
  std::vector<std::string> names;
  for (auto const& protocol : kProtocols) names.emplace_back(protocol.name);
  return names;
}

std::string protocol_expected(std::string_view text) {
  return "expected an IP protocol, e.g. tcp, udp, icmp, or its number below 256" +
         did_you_mean(text, protocol_names());
}

std::optional<PortRange> parse_ports(std::string_view text, std::uint16_t max) {
  auto const dash = text.find('-');
  auto const first = parse_number(text.substr(0, dash), max);
  auto const last =
      dash == std::string_view::npos ? first : parse_number(text.substr(dash + 1), max);
  if (!first || !last || *first > *last) return std::nullopt;
  return PortRange{*first, *last};
}

std::string ports_error(std::optional<std::uint8_t> protocol, bool type_and_code) {
  auto const kind = protocol ? port_kind(*protocol) : PortKind::kNone;
  if (type_and_code && kind != PortKind::kTypeAndCode)
    return "only ICMP has types and codes; expected the protocol to be icmp or ipv6-icmp";
  if (!type_and_code && kind != PortKind::kPorts)
    return "expected the protocol to be one with ports: tcp, udp, sctp, dccp or udplite";
  return {};
}

std::string template_error(SaTemplate const& sa) {
  if (sa.source && sa.destination && sa.source->version != sa.destination->version)
    return "expected both ends to be of one IP version";
  if (sa.mode == SaMode::kTunnel && !(sa.source && sa.destination))
    return "a tunnel needs both its ends; expected a source and a destination";
  return {};
}

}  // namespace warpline::ipsec
