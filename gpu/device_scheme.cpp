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
  for (auto const& choice : names) text += " " + choice;
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
  std::vector<FoundDevice> devices{{kCpu, nullptr}};
  for (auto const& scheme : DeviceScheme::all())
    for (auto& name : scheme.find(environment)) devices.push_back({std::move(name), &scheme});
  std::vector<std::string> known_names;
  for (auto const& device : devices) known_names.push_back(device.name);

  std::vector<FoundDevice> selection;
  for (auto const& name : names.empty() ? known_names : names) {
    auto const has_name = [&name](FoundDevice const& device) { return device.name == name; };
    auto const entry = std::find_if(devices.begin(), devices.end(), has_name);
    if (entry == devices.end()) fail_unknown(name, known_names);
    if (std::any_of(selection.begin(), selection.end(), has_name))
      throw ConfigError("device '" + name + "' is asked for twice");
    selection.push_back(*entry);
  }
  std::erase_if(selection, [](FoundDevice const& device) { return device.scheme == nullptr; });
  return selection;
}

}  // namespace warpline
