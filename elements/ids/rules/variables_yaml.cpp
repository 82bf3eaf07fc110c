// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/variables_yaml.hpp"

#include <yaml-cpp/yaml.h>

#include "core/base/text.hpp"
#include "elements/ids/rules/yaml_document.hpp"

namespace warpline::ids {
namespace {

bool is_name(std::string_view text) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";
  return !text.empty() && text.find_first_not_of(kLetters) == std::string_view::npos;
}

/// The variables of one group. Of two with one name the later one counts.
std::map<std::string, Variable> read_group(YamlDocument& document, YAML::Node const& vars,
                                           char const* key) {
  std::map<std::string, Variable> variables;
  auto const group = vars[key];
  if (!group || group.IsNull()) return variables;
  if (!group.IsMap()) {
    document.error(group, std::string(key) + ": expected names and values");
    return variables;
  }
  for (auto const& entry : group) {
    auto const &name = entry.first, &value = entry.second;
    if (!name.IsScalar() || !is_name(name.Scalar()))
      document.error(name, "expected the name of a variable, such as HOME_NET");
    else if (!value.IsScalar() ||
             value.Scalar().empty())  // empty: `!$A`, which YAML reads as a tag
      document.error(value, "expected the value of " + quoted(name.Scalar()) +
                                " as one text; write it in quotes, such as \"[10.0.0.0/8]\"");
    else
      variables[name.Scalar()] = {value.Scalar(), document.position(value)};
  }
  return variables;
}

}  // namespace

Variables read_variables(std::shared_ptr<Source const> const& source) {
  YamlDocument document(source);
  auto const vars = document.part("vars");
  if (!vars.IsMap()) {
    document.error(vars, "vars: expected address-groups and port-groups");
    document.diagnostics().throw_errors();
  }
  Variables variables{read_group(document, vars, "address-groups"),
                      read_group(document, vars, "port-groups"), source};
  document.diagnostics().throw_errors();
  return variables;
}

}  // namespace warpline::ids
