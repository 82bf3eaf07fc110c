// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/yaml_document.hpp"

#include <yaml-cpp/yaml.h>

namespace warpline::ids {
namespace {

/// yaml-cpp counts from 0, and gives -1 where it knows no place.
Position position_of(YAML::Mark const& mark) {
  if (mark.is_null() || mark.line < 0 || mark.column < 0) return {};
  return {static_cast<std::uint32_t>(mark.line) + 1, static_cast<std::uint32_t>(mark.column) + 1};
}

}  // namespace

YamlDocument::YamlDocument(std::shared_ptr<Source const> source)
    : source_(std::move(source)), diagnostics_(source_) {
  try {
    root_ = YAML::Load(source_->text);
  } catch (YAML::Exception const& error) {
    diagnostics_.fatal(position_of(error.mark), "not YAML: " + error.msg);
  }
  if (!root_.IsMap())
    diagnostics_.fatal(position_of(root_.Mark()), "expected a map, such as a suricata.yaml has");
}

YAML::Node YamlDocument::part(std::string const& key) {
  auto const& root = root_;
  auto node = root[key];
  if (!node) diagnostics_.fatal({}, "there is no part '" + key + ":' in this file");
  return node;
}

Position YamlDocument::position(YAML::Node const& node) const {
  auto place = position_of(node.Mark());
  auto const line = source_->line(place.line);
  if (!node.IsScalar() || place.column == 0 || place.column > line.size()) return place;
  char const c = line[place.column - 1];
  if (c == '"' || c == '\'') ++place.column;
  return place;
}

}  // namespace warpline::ids
