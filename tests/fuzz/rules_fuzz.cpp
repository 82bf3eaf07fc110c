// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <memory>
#include <string>

#include "elements/ids/rules/rule_parser.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using warpline::Source;
using warpline::fuzz::require;

void check(warpline::ids::Rule const& rule) {
  require(rule.sid != 0 && rule.priority != 0, "a number and a priority");
  require(!rule.source.empty() && !rule.destination.empty(), "addresses");
  require(!rule.source_ports.empty() && !rule.destination_ports.empty(), "ports");
  for (auto const& match : rule.packet)
    if (auto const* header = std::get_if<warpline::ids::HeaderMatch>(&match))
      require(header->min <= header->max, "a range");
  for (auto const& match : rule.buffers) {
    if (auto const* content = std::get_if<warpline::ids::ContentMatch>(&match.match))
      require(!content->bytes.empty(), "a content");
    if (auto const* size = std::get_if<warpline::ids::BufferSize>(&match.match))
      require(size->min <= size->max, "a range");
  }
}

}  // namespace

/// Any bytes: rules that are complete, or errors with places.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  warpline::ids::RuleParser parser(warpline::ids::default_variables());
  parser.read(std::make_shared<Source>(
      Source{"fuzz.rules", std::string(reinterpret_cast<char const*>(data), size)}));
  auto const rules = parser.take_rules();
  auto const& report = parser.report();
  require(rules.size() == report.loaded, "a count");
  require((report.refused == 0) == report.errors.empty(), "an error for each refused rule");
  require(!render(report).empty(), "a report");
  for (auto const& rule : rules) check(rule);
  return 0;
}
