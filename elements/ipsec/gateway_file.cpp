// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/gateway_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "elements/ipsec/policy_words.hpp"
#include "elements/ipsec/sa_cursor.hpp"
#include "elements/ipsec/sa_words.hpp"

namespace warpline::ipsec {
namespace {

/// Reads one value; throws `ConfigError` without a place for a bad one.
using Read = std::function<void(toml::node const&)>;
using Keys = std::map<std::string, Read>;

Position place_of(toml::source_region const& region) {
  return {region.begin.line, region.begin.column};
}

std::string text_of(toml::node const& node, std::string const& expected) {
  auto const text = node.value_exact<std::string>();
  if (!text) throw ConfigError("expected " + expected + " in quotes");
  return *text;
}

std::uint32_t number_of(toml::node const& node, std::uint32_t least, std::string const& expected) {
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

IpPrefix prefix_of(toml::node const& node) {
  auto const text = text_of(node, "an address or ADDRESS/LENGTH");
  if (auto const prefix = parse_prefix(text)) return *prefix;
  throw ConfigError(quoted(text) + ": expected an IPv4 or IPv6 address or ADDRESS/LENGTH");
}

IpAddress address_of(toml::node const& node) {
  auto const text = text_of(node, "an IPv4 or IPv6 address");
  auto const address = parse_ip_address(text);
  if (!address || address->is_unspecified())
    throw ConfigError(quoted(text) + ": expected the IPv4 or IPv6 address of an end");
  return *address;
}

std::uint8_t protocol_of(toml::node const& node) {
  auto const number = node.value_exact<std::int64_t>();
  auto const text = number ? std::to_string(*number) : text_of(node, "the name of an IP protocol");
  if (auto const protocol = parse_protocol(text)) return *protocol;
  throw ConfigError(quoted(text) + ": " + protocol_expected(text));
}

PortRange ports_of(toml::node const& node, std::uint16_t most) {
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

void read_template(toml::node const& node, SaTemplate& sa, Findings& findings, bool& failed) {
  TableReader reader("sa = { }", findings);
  reader.read(
      node, {{"mode",
              [&](auto const& value) {
                sa.mode = choice_of<SaMode>(
                    value, {{"tunnel", SaMode::kTunnel}, {"transport", SaMode::kTransport}});
              }},
             {"source", [&](auto const& value) { sa.source = address_of(value); }},
             {"destination", [&](auto const& value) { sa.destination = address_of(value); }},
             {"spi", [&](auto const& value) { sa.spi = number_of(value, 0x100, kSpiExpected); }},
             {"reqid",
              [&](auto const& value) { sa.reqid = number_of(value, 0, "a number below 2^32"); }}});
  failed = failed || reader.failed();
  // A fault of its own says more than one of the whole.
  auto const fault = reader.failed() ? std::string() : template_fault(sa);
  if (!fault.empty()) throw ConfigError(fault);
}

std::optional<Policy> read_policy(toml::node const& node, Findings& findings) {
  Policy policy;
  policy.position = place_of(node.source());
  auto& selector = policy.selector;
  TableReader reader("[[policy]]", findings);
  std::optional<PolicyAction> action;
  bool bad_template = false;
  auto const seen = reader.read(
      node,
      {{"direction",
        [&](auto const& value) {
          policy.direction =
              choice_of<PolicyDirection>(value, {{"out", PolicyDirection::kOut},
                                                 {"in", PolicyDirection::kIn},
                                                 {"forward", PolicyDirection::kForward}});
        }},
       {"action",
        [&](auto const& value) {
          action = choice_of<PolicyAction>(value, {{"protect", PolicyAction::kProtect},
                                                   {"bypass", PolicyAction::kBypass},
                                                   {"discard", PolicyAction::kDiscard}});
        }},
       {"source", [&](auto const& value) { selector.source = prefix_of(value); }},
       {"destination", [&](auto const& value) { selector.destination = prefix_of(value); }},
       {"protocol", [&](auto const& value) { selector.protocol = protocol_of(value); }},
       {"source_port", [&](auto const& value) { selector.source_port = ports_of(value, 0xffff); }},
       {"destination_port",
        [&](auto const& value) { selector.destination_port = ports_of(value, 0xffff); }},
       {"icmp_type", [&](auto const& value) { selector.source_port = ports_of(value, 0xff); }},
       {"icmp_code", [&](auto const& value) { selector.destination_port = ports_of(value, 0xff); }},
       {"priority",
        [&](auto const& value) {
          policy.priority = number_of(value, 0, "a number below 2^32; the lowest wins");
        }},
       {"sa", [&](auto const& value) {
          read_template(value, policy.sa.emplace(), findings, bad_template);
        }}});
  if (!node.is_table()) return std::nullopt;
  for (auto const* const needed : {"direction", "action"})
    if (!seen.contains(needed))
      reader.fail(policy.position, "this policy has no " + quoted(needed));
  for (auto const* const name : {"source_port", "destination_port", "icmp_type", "icmp_code"}) {
    auto const found = seen.find(name);
    auto const fault = ports_fault(selector.protocol, name[0] == 'i');
    bool const bad_protocol = seen.contains("protocol") && !selector.protocol;
    if (found != seen.end() && !fault.empty() && !bad_protocol)
      reader.fail(found->second, std::string(name) + ": " + fault);
  }
  if (selector.source && selector.destination &&
      selector.source->version != selector.destination->version)
    reader.fail(seen.at("destination"), "expected an IPv" +
                                            std::to_string(selector.source->version) +
                                            " prefix, as on the policy's other side");
  policy.action = action.value_or(PolicyAction::kBypass);
  if (action && (action == PolicyAction::kProtect) != policy.sa.has_value())
    reader.fail(seen.at("action"), policy.sa ? "only a policy that protects has an 'sa'"
                                             : "a policy that protects needs an 'sa' = { ... }");
  if (reader.failed() || bad_template) return std::nullopt;
  return policy;
}

}  // namespace

std::vector<Policy> parse_gateway_policies(std::shared_ptr<Source const> const& source) {
  Findings findings(without_keys(*source));
  std::vector<Policy> policies;
  toml::table file;
  try {
    file = toml::parse(std::string_view(source->text), source->name);
  } catch (toml::parse_error const& fault) {
    findings.add(place_of(fault.source()), std::string(fault.description()));
    findings.raise();
  }
  TableReader("", findings)
      .read(file, {{"sa", [](toml::node const&) {}},
                   {"policy", [&](toml::node const& node) {
                      auto const* const list = node.as_array();
                      if (list == nullptr) throw ConfigError("expected [[policy]] tables");
                      for (auto const& each : *list)
                        if (auto const policy = read_policy(each, findings))
                          policies.push_back(*policy);
                    }}});
  findings.raise();
  return policies;
}

}  // namespace warpline::ipsec
