// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/open_devices.hpp"

#include <algorithm>

#include "app/session_options.hpp"
#include "core/error.hpp"
#include "gpu/host/host_device.hpp"

namespace warpline::app {

void open_devices(DeviceSet& devices, SessionOptions const& options, std::vector<int> helpers) {
  std::vector<std::string> available{"cpu"};
  if (options.host_cores.value_or(1) > 0) available.emplace_back("host");
  auto const wanted = options.devices.empty() ? available : options.devices;
  for (auto const& name : wanted) {
    if (std::find(available.begin(), available.end(), name) == available.end()) {
      std::string text = "unknown device '" + name + "'; there are:";
      for (auto const& each : available) text += " " + each;
      throw ConfigError(text + did_you_mean(name, available));
    }
    auto const known = devices.names();
    if (std::find(known.begin(), known.end(), name) != known.end()) {
      if (name == "cpu") continue;
      throw ConfigError("device '" + name + "' is asked for twice");
    }
    devices.add(std::make_unique<host::HostDevice>(std::move(helpers)));
  }
}

}  // namespace warpline::app
