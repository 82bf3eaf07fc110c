// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <memory>
#include <string>

#include "elements/ipsec/config/policy_file.hpp"
#include "elements/ipsec/policy/policy_table.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using warpline::Diagnostic;
using warpline::Source;
using warpline::fuzz::require;
using warpline::ipsec::FlowKey;
using warpline::ipsec::Policy;
using warpline::ipsec::PolicyAction;
using warpline::ipsec::PolicyDirection;
using warpline::ipsec::PolicyTable;

void check(Source const& source, Diagnostic const& diagnostic) {
  auto const [line, column] = diagnostic.position;
  require(line == 0 || (column > 0 && column <= source.line(line).size() + 1), "a place");
  require(!diagnostic.message.empty() && !diagnostic.render().empty(), "a message");
}

void check(Policy const& policy) {
  auto const& selector = policy.selector;
  require((policy.action == PolicyAction::kProtect) == policy.sa.has_value(), "a template");
  require(!selector.source || !selector.destination ||
              selector.source->address.version == selector.destination->address.version,
          "one version");
  require(selector.source_port.first <= selector.source_port.last, "a range");
  require(selector.destination_port.first <= selector.destination_port.last, "a range");
  if (policy.sa && policy.sa->mode == warpline::ipsec::SaMode::kTunnel)
    require(policy.sa->source && policy.sa->destination &&
                policy.sa->source->version == policy.sa->destination->version,
            "a tunnel's ends");
}

/// Both ways to look up agree.
void check_tables(std::vector<Policy> const& policies, PolicyDirection direction) {
  PolicyTable const tuples(policies, direction, PolicyTable::Method::kTuples);
  PolicyTable const bits(policies, direction, PolicyTable::Method::kBits);
  for (auto const& policy : policies) {
    FlowKey key;
    if (policy.selector.source) key.version = policy.selector.source->address.version;
    key.transport =
        FlowKey::ports(policy.selector.protocol.value_or(6), policy.selector.source_port.last,
                       policy.selector.destination_port.first);
    require(tuples.find(key) == bits.find(key), "one answer");
  }
}

}  // namespace

/// Any bytes: policies that are complete and tables of them, or errors with places.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const source = std::make_shared<Source>(
      Source{"fuzz.spd", std::string(reinterpret_cast<char const*>(data), size)});
  try {
    auto const file = warpline::ipsec::parse_policy_file(source);
    require(!file.policies.empty(), "a policy");
    for (auto const& policy : file.policies) check(policy);
    for (auto const& note : file.warnings) check(*source, note);
    for (auto const direction :
         {PolicyDirection::kOut, PolicyDirection::kIn, PolicyDirection::kForward})
      check_tables(file.policies, direction);
  } catch (warpline::ConfigError const& error) {
    require(!error.diagnostics().empty(), "an error");
    for (auto const& diagnostic : error.diagnostics()) check(*source, diagnostic);
  }
  return 0;
}
