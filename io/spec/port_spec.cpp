// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/spec/port_spec.hpp"

#include <net/if.h>

#include <algorithm>
#include <filesystem>

#include "core/base/diagnostics.hpp"
#include "core/base/text.hpp"
#include "io/spec/port_scheme.hpp"
#include "io/spec/spec_options.hpp"

namespace warpline {
namespace {

[[noreturn]] void fail_unknown(PortText const& text, std::string const& word) {
  std::vector<std::string> expected, nearest;
  for (auto const& scheme : PortScheme::all()) {
    expected.push_back(scheme.expected);
    nearest.insert(nearest.end(), scheme.nearest.begin(), scheme.nearest.end());
  }
  auto message = "'" + word + "' is not a port; expected " + alternatives(expected);
  if (!word.empty() && if_nametoindex(word.c_str()) != 0)
    message += "; a network interface of the kernel is net_af_packet0,iface=" + word;
  else
    message += did_you_mean(word, nearest);
  throw ConfigError(spec_diagnostic(text, 0, message));
}

/// The resources that only one port can use.
std::vector<std::string> claims_of(PortSpec const& spec) {
  std::vector<std::string> claims;
  if (!spec.name.empty()) claims.push_back("port '" + spec.name + "'");
  for (auto const& file : spec.request->files()) {
    if (file.kind != FileUse::Kind::kOutput) continue;
    std::error_code none;
    auto const path = std::filesystem::absolute(file.path, none);
    claims.push_back("output file " + std::filesystem::weakly_canonical(path, none).string());
  }
  return claims;
}

}  // namespace

PortSpec parse_port_spec(PortText const& text) {
  for (auto const& scheme : PortScheme::all())
    if (scheme.has(text.text)) return scheme.parse(text);
  fail_unknown(text, text.text.substr(0, text.text.find_first_of(",=:")));
}

PortSpec parse_port_spec(std::string const& text) {
  return parse_port_spec(PortText{text, {}, {}});
}

std::vector<PortSpec> parse_port_specs(std::vector<PortText> const& texts) {
  std::vector<PortSpec> specs;
  std::vector<std::string> claimed;
  Diagnostics diagnostics(nullptr);
  for (auto const& text : texts) {
    try {
      specs.push_back(parse_port_spec(text));
    } catch (ConfigError const& error) {
      diagnostics.error({}, error);
      continue;
    }
    for (auto const& claim : claims_of(specs.back())) {
      if (std::find(claimed.begin(), claimed.end(), claim) != claimed.end())
        diagnostics.error(spec_diagnostic(text, 0, claim + " is asked for twice"));
      claimed.push_back(claim);
    }
  }
  diagnostics.throw_errors();
  return specs;
}

std::vector<PortSpec> parse_port_specs(std::vector<std::string> const& texts) {
  std::vector<PortText> plain;
  for (auto const& text : texts) plain.push_back({text, {}, {}});
  return parse_port_specs(plain);
}

std::vector<std::string> pci_addresses(std::span<PortSpec const> specs) {
  std::vector<std::string> addresses;
  for (auto const& spec : specs)
    if (auto address = spec.request->pci_address(); !address.empty())
      addresses.push_back(std::move(address));
  return addresses;
}

std::vector<std::string> port_names(std::span<PortSpec const> specs,
                                    std::vector<std::string> used_names) {
  std::vector<std::string> names;
  for (auto const& spec : specs) {
    names.push_back(spec.name);
    used_names.push_back(names.back());
  }
  for (std::size_t i = 0; i < names.size(); ++i)
    for (unsigned number = 0; names[i].empty(); ++number) {
      auto const name = specs[i].scheme + std::to_string(number);
      if (std::find(used_names.begin(), used_names.end(), name) != used_names.end()) continue;
      names[i] = name;
      used_names.push_back(name);
    }
  return names;
}

void open_ports(std::span<PortSpec const> specs, PortEnvironment environment, PortSet& ports) {
  auto const names = port_names(specs, ports.names());
  for (std::size_t i = 0; i < specs.size(); ++i)
    ports.add(specs[i].request->open(names[i], environment));
}

}  // namespace warpline
