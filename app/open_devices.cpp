// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/open_devices.hpp"

#include <algorithm>

#include "app/pretend_device.hpp"
#include "app/session_options.hpp"
#include "core/error.hpp"
#include "gpu/host/host_device.hpp"

namespace warpline::app {
namespace {

/// The names of the devices to add, each once, without the own core.
std::vector<std::string> wanted_devices(SessionOptions const& options) {
  std::vector<std::string> available{"cpu"};
  if (options.host_cores.value_or(1) > 0) available.emplace_back("host");
  std::vector<std::string> wanted;
  for (auto const& name : options.devices.empty() ? available : options.devices) {
    if (std::find(available.begin(), available.end(), name) == available.end()) {
      std::string text = "unknown device '" + name + "'; there are:";
      for (auto const& each : available) text += " " + each;
      throw ConfigError(text + did_you_mean(name, available));
    }
    if (std::find(wanted.begin(), wanted.end(), name) != wanted.end())
      throw ConfigError("device '" + name + "' is asked for twice");
    wanted.push_back(name);
  }
  std::erase(wanted, "cpu");
  return wanted;
}

}  // namespace

void open_devices(DeviceSet& devices, SessionOptions const& options, std::vector<int> helpers) {
  for (auto const& name : wanted_devices(options))
    devices.add(std::make_unique<host::HostDevice>(std::move(helpers), name));
}

void pretend_devices(DeviceSet& devices, SessionOptions const& options) {
  for (auto const& name : wanted_devices(options))
    devices.add(std::make_unique<PretendDevice>(name, Device::Kind::kHost,
                                                "kernel bodies on helper threads of this machine"));
}

}  // namespace warpline::app
