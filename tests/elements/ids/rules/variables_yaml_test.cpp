// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/variables_yaml.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "elements/ids/rules/rule_parser.hpp"
#include "tests/support/config_errors.hpp"
#include "tests/support/source_dir.hpp"

namespace warpline::ids {
namespace {

std::shared_ptr<Source const> yaml(std::string text) {
  return std::make_shared<Source>(Source{"s.yaml", std::move(text)});
}

/// `LINE:COLUMN: MESSAGE` of each error.
std::string errors(std::string text) {
  return test::places_of([&] { read_variables(yaml(std::move(text))); });
}

/// The messages about one rule with these variables.
std::string rule_errors(std::string vars, std::string const& header) {
  RuleParser parser(read_variables(yaml(std::move(vars))));
  parser.read(
      std::make_shared<Source>(Source{"t.rules", "alert tcp " + header + " -> any any (sid:1;)"}));
  std::string lines;
  for (auto const& item : parser.report().errors) lines += item.message + "\n";
  return lines;
}

TEST(VariablesYaml, ReadsGroupsOfAddressesAndPorts) {
  auto const variables = read_variables(
      yaml("%YAML 1.1\n---\n# a comment\nsuricata-version: \"7.0\"\nvars:\n  address-groups:\n"
           "    HOME_NET: \"[192.0.2.0/24]\"\n    EXTERNAL_NET: '!$HOME_NET'\n"
           "    PLAIN: $HOME_NET\n  port-groups:\n    SSH_PORTS: 22\noutputs:\n  - fast: [a]\n"));
  ASSERT_EQ(variables.addresses.size(), 3u);
  auto const& home = variables.addresses.at("HOME_NET");
  EXPECT_EQ(home.value, "[192.0.2.0/24]");
  EXPECT_EQ(home.position, (Position{7, 16}));
  EXPECT_EQ(variables.addresses.at("EXTERNAL_NET").position, (Position{8, 20}));
  EXPECT_EQ(variables.addresses.at("PLAIN").position, (Position{9, 12}));
  EXPECT_EQ(variables.ports.at("SSH_PORTS").value, "22");
  EXPECT_EQ(variables.source->name, "s.yaml");
}

TEST(VariablesYaml, HasOnlyTheVariablesOfTheFile) {
  EXPECT_EQ(default_variables().addresses.count("HOME_NET"), 1u);
  EXPECT_EQ(rule_errors("vars:\n  address-groups:\n    A: any\n", "$HOME_NET any"),
            "unknown variable '$HOME_NET'\n");
}

TEST(VariablesYaml, ReportsErrorsWithTheirPlaces) {
  EXPECT_EQ(errors("a: [b\n"), "2:1: not YAML: end of sequence flow not found\n");
  EXPECT_EQ(errors("just text\n"), "1:1: expected a map, such as a suricata.yaml has\n");
  EXPECT_EQ(errors("a: b\n"), "0:0: there is no part 'vars:' in this file\n");
  EXPECT_EQ(errors("vars: 3\n"), "1:7: vars: expected address-groups and port-groups\n");
  EXPECT_EQ(errors("vars:\n  port-groups: 3\n"), "2:16: port-groups: expected names and values\n");
  EXPECT_EQ(errors("vars:\n  address-groups:\n    A: [10.0.0.1]\n    \"B C\": any\n    [D]: any\n"
                   "    E: !$A\n"),
            "3:8: expected the value of 'A' as one text; write it in quotes, such as "
            "\"[10.0.0.0/8]\"\n"
            "4:6: expected the name of a variable, such as HOME_NET\n"
            "5:5: expected the name of a variable, such as HOME_NET\n"
            "6:8: expected the value of 'E' as one text; write it in quotes, such as "
            "\"[10.0.0.0/8]\"\n");
}

TEST(VariablesYaml, ErrorsOfValuesPointIntoTheFile) {
  EXPECT_EQ(rule_errors("vars:\n  address-groups:\n    A: \"[10.0.0.1, $NO]\"\n", "$A any"),
            "$A (s.yaml:3:20): unknown variable '$NO'\n");
  EXPECT_EQ(
      rule_errors("vars:\n  address-groups:\n    A: \"[10.0.0.1,$B]\"\n    B: '!$A'\n", "$A any"),
      "$A (s.yaml:3:19): $B (s.yaml:4:10): the variable $A needs itself\n");
  EXPECT_EQ(rule_errors("vars:\n  port-groups:\n    P: 80,\n    Q: \"[1:2,70000]\"\n", "any $Q"),
            "$Q (s.yaml:4:14): expected a port from 0 to 65535, a range such as 1024:, 'any', "
            "$NAME or a list\n");
}

TEST(VariablesYaml, ReadsAShippedFile) {
  auto const path =
      std::filesystem::path(test::source_dir()) / "../shared/data/ids-oracle/tools/alerts.yaml";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "there is no " << path;
  auto const variables = read_variables(read_source(path.string()));
  auto const defaults = default_variables();
  ASSERT_EQ(variables.addresses.size(), defaults.addresses.size());
  for (auto const& [name, variable] : defaults.addresses)
    EXPECT_EQ(variables.addresses.at(name).value, variable.value) << name;
  ASSERT_EQ(variables.ports.size(), defaults.ports.size());
  for (auto const& [name, variable] : defaults.ports)
    EXPECT_EQ(variables.ports.at(name).value, variable.value) << name;
}

}  // namespace
}  // namespace warpline::ids
