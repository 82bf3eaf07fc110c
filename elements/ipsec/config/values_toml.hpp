// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/toml_table.hpp"
#include "elements/ipsec/config/policy_words.hpp"
#include "elements/ipsec/config/sa_cursor.hpp"

/// Values of a gateway's TOML file; for the sources that read it.
namespace warpline::ipsec {

inline std::uint32_t number_of(toml::node const& node, std::uint32_t min,
                               std::string const& expected) {
  auto const number = node.value_exact<std::int64_t>();
  if (!number || *number < min || *number > 0xffffffff) throw ConfigError("expected " + expected);
  return static_cast<std::uint32_t>(*number);
}

template <class T>
T choice_of(toml::node const& node, std::vector<std::pair<std::string, T>> const& choices) {
  std::vector<std::string> names;
  std::string expected;
  for (auto const& [name, value] : choices) {
    names.push_back(name);
    expected += (expected.empty() ? "\"" : " or \"") + name + "\"";
  }
  auto const text = node.value_exact<std::string>();
  if (!text) throw ConfigError("expected " + expected);
  for (auto const& [name, value] : choices)
    if (name == *text) return value;
  throw ConfigError(quoted(*text) + " is not known; expected " + expected +
                    did_you_mean(*text, names));
}

inline IpPrefix prefix_of(toml::node const& node) {
  auto const text = text_of(node, "an address or ADDRESS/LENGTH");
  if (auto const prefix = parse_prefix(text)) return *prefix;
  throw ConfigError(quoted(text) + ": expected an IPv4 or IPv6 address or ADDRESS/LENGTH");
}

inline IpAddress address_of(toml::node const& node) {
  auto const text = text_of(node, "an IPv4 or IPv6 address");
  auto const address = parse_ip_address(text);
  if (!address || address->is_unspecified())
    throw ConfigError(quoted(text) + ": expected the IPv4 or IPv6 address of an end");
  return *address;
}

inline std::uint8_t protocol_of(toml::node const& node) {
  auto const number = node.value_exact<std::int64_t>();
  auto const text = number ? std::to_string(*number) : text_of(node, "the name of an IP protocol");
  if (auto const protocol = parse_protocol(text)) return *protocol;
  throw ConfigError(quoted(text) + ": " + protocol_expected(text));
}

inline PortRange ports_of(toml::node const& node, std::uint16_t max) {
  auto const expected = "a number up to " + std::to_string(max) + ", or \"FIRST-LAST\"";
  auto const number = node.value_exact<std::int64_t>();
  auto const text = node.value_exact<std::string>();
  if (!number && !text) throw ConfigError("expected " + expected);
  auto const written = number ? std::to_string(*number) : *text;
  if (auto const ports = parse_ports(written, max)) return *ports;
  throw ConfigError(quoted(written) + ": expected " + expected);
}

}  // namespace warpline::ipsec
