// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <memory>
#include <string>

#include "elements/ids/rules/classification_file.hpp"
#include "elements/ids/rules/host_policies.hpp"
#include "elements/ids/rules/rule_parser.hpp"
#include "elements/ids/rules/variables_yaml.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using warpline::Source;
using warpline::fuzz::require;
using Text = std::shared_ptr<Source const>;

template <class Read>
void try_reading(Read const& read) {
  try {
    read();
  } catch (warpline::ConfigError const& error) {
    require(!error.diagnostics().empty(), "an error");
    for (auto const& diagnostic : error.diagnostics())
      require(!diagnostic.message.empty() && !diagnostic.render().empty(), "a message");
  }
}

/// A rule for each variable: its group is read, or its errors have places.
void use(warpline::ids::Variables const& variables) {
  std::string text;
  for (auto const& [name, value] : variables.addresses)
    text += "alert ip $" + name + " any -> any any (sid:1;)\n";
  for (auto const& [name, value] : variables.ports)
    text += "alert ip any $" + name + " -> any any (sid:1;)\n";
  warpline::ids::RuleParser parser(variables);
  parser.read(std::make_shared<Source>(Source{"fuzz.rules", std::move(text)}));
  require((parser.report().refused == 0) == parser.report().errors.empty(), "an error");
}

}  // namespace

/// Any bytes: variables, host policies, classes and references, or errors with places.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  Text const source = std::make_shared<Source>(
      Source{"fuzz.yaml", std::string(reinterpret_cast<char const*>(data), size)});
  try_reading([&] { use(warpline::ids::read_variables(source)); });
  try_reading([&] {
    auto const policies = warpline::ids::read_host_policies(source);
    for (auto const* const text : {"10.0.0.1", "2001:db8::1"}) {
      auto const address = *warpline::parse_ip_address(text);
      (void)policies.at({address.bytes.data(), address.version == 4 ? 4u : 16u});
    }
  });
  try_reading([&] { (void)warpline::ids::read_classifications(source); });
  try_reading([&] { (void)warpline::ids::read_reference_urls(source); });
  return 0;
}
