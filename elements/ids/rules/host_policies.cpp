// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/host_policies.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/base/text.hpp"
#include "core/net/ip_prefix.hpp"
#include "elements/ids/rules/yaml_document.hpp"

namespace warpline::ids {
namespace {

class Reader {
 public:
  explicit Reader(YamlDocument& document) : document_(document) {}

  void system(YAML::Node const& name, YAML::Node const& addresses) {
    auto const known = name.IsScalar() ? host_system_of(name.Scalar()) : std::nullopt;
    if (!known) return unknown_system(name);
    if (addresses.IsNull()) return;
    if (addresses.IsScalar()) return address(addresses, *known);
    if (!addresses.IsSequence())
      return document_.error(addresses, "expected a list of addresses, such as [10.0.0.0/8]");
    for (auto const& item : addresses) address(item, *known);
  }
  HostPolicies take_policies() { return std::move(policies_); }

 private:
  void unknown_system(YAML::Node const& node) {
    std::vector<std::string> names;
    for (auto const name : host_system_names()) names.emplace_back(name);
    auto const text = node.IsScalar() ? node.Scalar() : std::string();
    document_.error(node, "unknown system " + quoted(text) + "; expected " + alternatives(names));
  }
  void address(YAML::Node const& node, HostSystem system) {
    auto const prefix = node.IsScalar() ? parse_prefix(node.Scalar()) : std::nullopt;
    if (!prefix) return document_.error(node, "expected an address or a prefix such as 10.0.0.0/8");
    if (std::ranges::find(prefixes_, *prefix) != prefixes_.end())
      return document_.error(node, to_string(*prefix) + " is listed twice");
    prefixes_.push_back(*prefix);
    auto const& bytes = prefix->address.bytes;
    policies_.add({bytes.data(), prefix->address.version == 4 ? 4u : 16u}, prefix->length, system);
  }

  YamlDocument& document_;
  std::vector<IpPrefix> prefixes_;
  HostPolicies policies_;
};

}  // namespace

HostPolicies read_host_policies(std::shared_ptr<Source const> const& source) {
  YamlDocument document(source);
  auto const part = document.part("host-os-policy");
  Reader reader(document);
  if (part.IsMap())
    for (auto const& entry : part) reader.system(entry.first, entry.second);
  else if (!part.IsNull())
    document.error(part, "expected systems with lists of addresses, such as windows: [0.0.0.0/0]");
  document.diagnostics().throw_errors();
  return reader.take_policies();
}

}  // namespace warpline::ids
