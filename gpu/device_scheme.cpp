// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/device_scheme.hpp"

#include <algorithm>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/ranked.hpp"

namespace warpline {
namespace {

constexpr char kCpu[] = "cpu";

[[noreturn]] void fail_unknown(std::string const& name, std::vector<std::string> const& names) {
  std::string text = "unknown device '" + name + "'; there are:";
  for (auto const& known : names) text += " " + known;
  for (auto const& scheme : DeviceScheme::all())
    if (scheme.explain_none != nullptr)
      if (auto const reason = scheme.explain_none(name); !reason.empty())
        text += " (" + reason + ")";
  throw ConfigError(text + did_you_mean(name, names));
}

}  // namespace

std::vector<DeviceScheme>& DeviceScheme::all() {
  static std::vector<DeviceScheme> schemes;
  return schemes;
}

DeviceSchemeRegistration::DeviceSchemeRegistration(DeviceScheme scheme) {
  insert_by_rank(DeviceScheme::all(), std::move(scheme));
}

std::vector<FoundDevice> find_devices(std::vector<std::string> const& names,
                                      DeviceEnvironment const& environment) {
  std::vector<FoundDevice> known{{kCpu, nullptr}};
  for (auto const& scheme : DeviceScheme::all())
    for (auto& name : scheme.find(environment)) known.push_back({std::move(name), &scheme});
  std::vector<std::string> known_names;
  for (auto const& device : known) known_names.push_back(device.name);

  std::vector<FoundDevice> chosen;
  for (auto const& name : names.empty() ? known_names : names) {
    auto const has_name = [&name](FoundDevice const& device) { return device.name == name; };
    auto const found = std::find_if(known.begin(), known.end(), has_name);
    if (found == known.end()) fail_unknown(name, known_names);
    if (std::any_of(chosen.begin(), chosen.end(), has_name))
      throw ConfigError("device '" + name + "' is asked for twice");
    chosen.push_back(*found);
  }
  std::erase_if(chosen, [](FoundDevice const& device) { return device.scheme == nullptr; });
  return chosen;
}

}  // namespace warpline
