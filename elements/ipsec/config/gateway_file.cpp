// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/gateway_file.hpp"

#include "core/base/toml_scan.hpp"
#include "core/base/wipe.hpp"
#include "elements/ipsec/config/check_key_reuse.hpp"
#include "elements/ipsec/config/gateway_sa_toml.hpp"
#include "elements/ipsec/config/values_toml.hpp"

namespace warpline::ipsec {
namespace {

void read_template(toml::node const& node, SaTemplate& sa, Diagnostics& diagnostics, bool& failed) {
  TomlTableReader reader("sa = { }", diagnostics);
  reader.read(
      node, {{"mode",
              [&](auto const& value) {
                sa.mode = choice_of<SaMode>(
                    value, {{"tunnel", SaMode::kTunnel}, {"transport", SaMode::kTransport}});
              }},
             {"source", [&](auto const& value) { sa.source = address_of(value); }},
             {"destination", [&](auto const& value) { sa.destination = address_of(value); }},
             {"spi",
              [&](auto const& value) {
                sa.spi = number_of(value, 1, kSpiExpected);
                if (is_reserved_spi(*sa.spi))
                  diagnostics.warning_once(place_of(value.source()), kReservedSpi);
              }},
             {"reqid",
              [&](auto const& value) { sa.reqid = number_of(value, 0, "a number below 2^32"); }}});
  failed = failed || reader.failed();
  // An error of a single key is more precise than one about the whole template.
  auto const error = reader.failed() ? std::string() : template_error(sa);
  if (!error.empty()) throw ConfigError(error);
}

std::optional<Policy> read_policy(toml::node const& node, Diagnostics& diagnostics) {
  Policy policy;
  policy.position = place_of(node.source());
  auto& selector = policy.selector;
  TomlTableReader reader("[[policy]]", diagnostics);
  std::optional<PolicyAction> action;
  bool bad_template = false;
  auto const positions = reader.read(
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
          read_template(value, policy.sa.emplace(), diagnostics, bad_template);
        }}});
  if (!node.is_table()) return std::nullopt;
  for (auto const* const key : {"direction", "action"})
    if (!positions.contains(key)) reader.fail(policy.position, "this policy has no " + quoted(key));
  for (auto const* const name : {"source_port", "destination_port", "icmp_type", "icmp_code"}) {
    auto const entry = positions.find(name);
    auto const error = ports_error(selector.protocol, name[0] == 'i');
    bool const bad_protocol = positions.contains("protocol") && !selector.protocol;
    if (entry != positions.end() && !error.empty() && !bad_protocol)
      reader.fail(entry->second, std::string(name) + ": " + error);
  }
  if (selector.source && selector.destination &&
      selector.source->address.version != selector.destination->address.version)
    reader.fail(positions.at("destination"), "expected an IPv" +
                                                 std::to_string(selector.source->address.version) +
                                                 " prefix, as on the policy's other side");
  policy.action = action.value_or(PolicyAction::kBypass);
  if (action && (action == PolicyAction::kProtect) != policy.sa.has_value())
    reader.fail(positions.at("action"), policy.sa
                                            ? "only a policy that protects has an 'sa'"
                                            : "a policy that protects needs an 'sa' = { ... }");
  if (reader.failed() || bad_template) return std::nullopt;
  return policy;
}

}  // namespace

GatewayFile parse_gateway_file(std::shared_ptr<Source const> const& source) {
  auto diagnostics = masked_diagnostics(*source);
  GatewayFile gateway;
  auto const scan = check_toml(source->text, diagnostics.source());
  HiddenDigits const digits(source->text, scan.quotes);
  auto const file = parse_toml(digits.masked(), source->name, diagnostics);
  auto const read_value = [&](toml::node const& node, char const* name, auto&& read, auto& into) {
    auto const* const list = node.as_array();
    if (list == nullptr) throw ConfigError(std::string("expected [[") + name + "]] tables");
    for (auto const& table : *list)
      if (auto one = read(table)) into.push_back(*std::move(one));
  };
  auto const read_one_sa = [&](toml::node const& table) {
    return read_sa(table, digits, diagnostics);
  };
  auto const read_one_policy = [&](toml::node const& table) {
    return read_policy(table, diagnostics);
  };
  TomlTableReader("", diagnostics)
      .read(file,
            {{"sa",
              [&](toml::node const& node) { read_value(node, "sa", read_one_sa, gateway.sas); }},
             {"policy", [&](toml::node const& node) {
                read_value(node, "policy", read_one_policy, gateway.policies);
              }}});
  diagnostics.throw_errors();
  gateway.warnings = diagnostics.warnings();
  return gateway;
}

GatewayFile load_gateway_file(std::string const& path) {
  auto const source = read_source(path);
  auto file = parse_gateway_file(source);
  check_key_reuse(file.sas, without_keys(*source));
  wipe_stack();
  return file;
}

}  // namespace warpline::ipsec
