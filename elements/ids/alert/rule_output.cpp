// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/alert/rule_output.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "elements/ids/json.hpp"

namespace warpline::ids {
namespace {

std::string array_of(std::span<std::string const> values) {
  std::string out = "[";
  for (auto const& value : values) {
    if (out.size() > 1) out += ',';
    out += json_string(value);
  }
  return out + "]";
}

/// Each key once, with all of its values, the last one first.
std::string metadata_of(Rule const& rule) {
  std::vector<std::pair<std::string, std::vector<std::string>>> keys;
  for (auto const& [key, value] : rule.metadata) {
    auto found = std::ranges::find(keys, key, [](auto const& entry) { return entry.first; });
    if (found == keys.end()) found = keys.insert(found, {key, {}});
    found->second.insert(found->second.begin(), value);
  }
  std::string out = "{";
  for (auto const& [key, values] : keys) {
    if (out.size() > 1) out += ',';
    out += json_string(key) + ":" + array_of(values);
  }
  return out + "}";
}

}  // namespace

RuleOutput rule_output(Rule const& rule, std::string_view category,
                       std::span<std::string const> references, EveOptions const& options) {
  RuleOutput out;
  out.target_is_source = rule.target_is_source;
  auto const [gid, sid, rev, severity] =
      std::array{std::to_string(rule.gid), std::to_string(rule.sid), std::to_string(rule.rev),
                 std::to_string(rule.priority)};
  out.head = ",\"gid\":" + gid + ",\"signature_id\":" + sid + ",\"rev\":" + rev +
             ",\"signature\":" + json_string(rule.message) +
             ",\"category\":" + json_string(category) + ",\"severity\":" + severity;
  auto const add = [&](std::string_view name, std::string const& json) {
    if (out.tail.size() + json.size() > RuleOutput::kMaxTextBytes) return;
    out.tail += ",\"";
    out.tail += name;
    out.tail += "\":" + json;
  };
  if (options.rule_metadata && !rule.metadata.empty()) add("metadata", metadata_of(rule));
  if (options.rule_text) add("rule", json_string(rule.text));
  if (options.rule_reference && !references.empty()) add("references", array_of(references));
  out.fast = "[" + gid + ":" + sid + ":" + rev + "] " + rule.message +
             " [**] [Classification: " + (category.empty() ? "(null)" : std::string(category)) +
             "] [Priority: " + severity + "]";
  return out;
}

}  // namespace warpline::ids
