// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <toml++/toml.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "elements/ipsec/config/policy_words.hpp"
#include "elements/ipsec/config/sa_cursor.hpp"
#include "elements/ipsec/config/sa_words.hpp"

/// Values of a gateway's TOML file; for the sources that read it.
namespace warpline::ipsec {

/// Reads one value; throws `ConfigError` without a place for a bad one.
using Read = std::function<void(toml::node const&)>;
using Keys = std::map<std::string, Read>;

inline Position place_of(toml::source_region const& region) {
  return {region.begin.line, region.begin.column};
}

inline std::string text_of(toml::node const& node, std::string const& expected) {
  auto const text = node.value_exact<std::string>();
  if (!text) throw ConfigError("expected " + expected + " in quotes");
  return *text;
}

inline std::uint32_t number_of(toml::node const& node, std::uint32_t least,
                               std::string const& expected) {
  auto const number = node.value_exact<std::int64_t>();
  if (!number || *number < least || *number > 0xffffffff) throw ConfigError("expected " + expected);
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

inline PortRange ports_of(toml::node const& node, std::uint16_t most) {
  auto const expected = "a number up to " + std::to_string(most) + ", or \"FIRST-LAST\"";
  auto const number = node.value_exact<std::int64_t>();
  auto const text = node.value_exact<std::string>();
  if (!number && !text) throw ConfigError("expected " + expected);
  auto const written = number ? std::to_string(*number) : *text;
  if (auto const ports = parse_ports(written, most)) return *ports;
  throw ConfigError(quoted(written) + ": expected " + expected);
}

/// Parses one table; a fault is noted and the rest of it read.
class TableReader {
 public:
  TableReader(std::string name, Findings& findings) : name_(std::move(name)), findings_(findings) {}

  /// Which of `keys` are there, whether their values are good or not.
  std::map<std::string, Position> read(toml::node const& node, Keys const& keys) {
    std::map<std::string, Position> seen;
    auto const* table = node.as_table();
    if (table == nullptr) {
      fail(place_of(node.source()), "expected a table: " + name_);
      return seen;
    }
    std::vector<std::string> known;
    for (auto const& [key, read] : keys) known.push_back(key);
    for (auto const& [key, value] : *table) {
      std::string const text(key.str());
      auto const found = keys.find(text);
      if (found == keys.end()) {
        std::string list;
        for (auto const& each : known) list += (list.empty() ? "" : ", ") + each;
        fail(place_of(key.source()), "unknown key " + quoted(text) +
                                         (name_.empty() ? "" : " in " + name_) +
                                         "; expected one of " + list + did_you_mean(text, known));
        continue;
      }
      seen.emplace(text, place_of(value.source()));
      try {
        found->second(value);
      } catch (ConfigError const& fault) {
        fail(place_of(value.source()), text + ": " + fault.what());
      }
    }
    return seen;
  }
  void fail(Position position, std::string message) {
    failed_ = true;
    findings_.add(position, std::move(message));
  }
  bool failed() const { return failed_; }

 private:
  std::string name_;
  Findings& findings_;
  bool failed_ = false;
};

}  // namespace warpline::ipsec
