// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/host_policies.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>

#include "core/base/text.hpp"
#include "elements/ids/rules/yaml_document.hpp"

namespace warpline::ids {
namespace {

using enum OverlapPolicy;

struct System {
  std::string_view name;
  HostPolicy policy;
};
/// By the two papers that `OverlapPolicy` names; a system that they do not have has the nearest one.
constexpr System kSystems[] = {
    {"bsd", {kBsd, kBsd}},
    {"bsd-right", {kBsdRight, kBsdRight}},
    {"old-linux", {kTcpOldLinux, kLinux}},
    {"linux", {kTcpLinux, kLinux}},
    {"old-solaris", {kTcpSolaris, kFirst}},
    {"solaris", {kTcpSolaris, kSolaris}},
    {"hpux10", {kBsd, kBsd}},
    {"hpux11", {kTcpSolaris, kFirst}},
    {"irix", {kBsd, kBsd}},
    {"macos", {kBsd, kFirst}},
    {"windows", {kBsd, kWindows}},
    {"vista", {kFirst, kWindows}},
    {"windows2k3", {kBsd, kWindows}},
    {"first", {kFirst, kFirst}},
    {"last", {kLast, kLast}},
};

std::optional<HostPolicy> policy_of(std::string_view name) {
  for (auto const& system : kSystems)
    if (system.name == name) return system.policy;
  return std::nullopt;
}

bool contains(IpPrefix const& prefix, IpAddress const& address) {
  if (prefix.address.version != address.version) return false;
  auto const whole = prefix.length / 8, rest = prefix.length % 8;
  auto const &a = prefix.address.bytes, &b = address.bytes;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

class Reader {
 public:
  explicit Reader(YamlDocument& document) : document_(document) {}

  void system(YAML::Node const& name, YAML::Node const& addresses) {
    auto const policy = name.IsScalar() ? policy_of(name.Scalar()) : std::nullopt;
    if (!policy) return unknown_system(name);
    if (addresses.IsNull()) return;
    if (addresses.IsScalar()) return address(addresses, *policy);
    if (!addresses.IsSequence())
      return document_.error(addresses, "expected a list of addresses, such as [10.0.0.0/8]");
    for (auto const& item : addresses) address(item, *policy);
  }
  std::vector<HostPolicies::Entry> take_entries() { return std::move(entries_); }

 private:
  void unknown_system(YAML::Node const& node) {
    std::vector<std::string> names;
    for (auto const& system : kSystems) names.emplace_back(system.name);
    auto const name = node.IsScalar() ? node.Scalar() : std::string();
    document_.error(node, "unknown system " + quoted(name) + "; expected " + alternatives(names));
  }
  void address(YAML::Node const& node, HostPolicy const& policy) {
    auto const prefix = node.IsScalar() ? parse_prefix(node.Scalar()) : std::nullopt;
    if (!prefix) return document_.error(node, "expected an address or a prefix such as 10.0.0.0/8");
    for (auto const& entry : entries_)
      if (entry.prefix == *prefix)
        return document_.error(node, to_string(*prefix) + " is listed twice");
    entries_.push_back({*prefix, policy});
  }

  YamlDocument& document_;
  std::vector<HostPolicies::Entry> entries_;
};

}  // namespace

HostPolicies::HostPolicies(std::vector<Entry> entries) : entries_(std::move(entries)) {
  std::ranges::stable_sort(entries_, std::ranges::greater{},
                           [](Entry const& entry) { return entry.prefix.length; });
}

HostPolicy HostPolicies::find(IpAddress const& address) const {
  for (auto const& entry : entries_)
    if (contains(entry.prefix, address)) return entry.policy;
  return {};
}

HostPolicies default_host_policies() {
  return HostPolicies({{*parse_prefix("0.0.0.0/0"), {kBsd, kWindows}}});
}

HostPolicies read_host_policies(std::shared_ptr<Source const> const& source) {
  YamlDocument document(source);
  auto const part = document.part("host-os-policy");
  Reader reader(document);
  if (part.IsMap())
    for (auto const& entry : part) reader.system(entry.first, entry.second);
  else if (!part.IsNull())
    document.error(part, "expected systems with lists of addresses, such as windows: [0.0.0.0/0]");
  document.diagnostics().throw_errors();
  return HostPolicies(reader.take_entries());
}

}  // namespace warpline::ids
