// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/offload_target.hpp"

#include <cstdlib>

#include "core/element/context.hpp"

namespace warpline {

DeviceIndex offload_target(Args& args) {
  auto const name = args.keyword<std::string>("DEVICE", "");
  auto const& devices = args.context().devices;
  try {
    auto const device = name.empty() ? devices.preferred() : devices.find(name);
    if (device == kCpuDevice)
      throw ConfigError("'" + name + "' is the worker's CPU; expected a device");
    if (name.empty() && devices[device].kind() != Device::Kind::kCuda)
      args.context().notice(args.class_name() + ": no CUDA device; offloading to '" +
                            devices[device].name() + "', " + devices[device].description());
    return device;
  } catch (ConfigError const& error) {
    throw args.error(error.what(), "DEVICE");
  }
}

std::optional<std::pair<std::string, std::string>> balancer_setting(std::string const& name) {
  for (auto const& variable : {"WARPLINE_" + name, "NBA_" + name})
    if (auto const* value = std::getenv(variable.c_str())) return std::pair(variable, value);
  return std::nullopt;
}

}  // namespace warpline
