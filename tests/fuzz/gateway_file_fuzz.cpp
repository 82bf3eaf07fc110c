// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <memory>
#include <string>

#include "elements/ipsec/config/gateway_file.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using warpline::Source;
using warpline::fuzz::require;
using warpline::ipsec::PolicyAction;

}  // namespace

/// Any bytes: policies that are complete, or errors with places.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const source = std::make_shared<Source>(
      Source{"fuzz.toml", std::string(reinterpret_cast<char const*>(data), size)});
  try {
    for (auto const& policy : warpline::ipsec::parse_gateway_file(source).policies) {
      require((policy.action == PolicyAction::kProtect) == policy.sa.has_value(), "a template");
      require(policy.selector.source_port.first <= policy.selector.source_port.last, "a range");
    }
  } catch (warpline::ConfigError const& error) {
    require(!error.diagnostics().empty(), "an error");
    for (auto const& diagnostic : error.diagnostics())
      require(!diagnostic.render().empty(), "a message");
  }
  return 0;
}
