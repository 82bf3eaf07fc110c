// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/device_scheme.hpp"
#include "gpu/host/host_device.hpp"

namespace warpline::host {
namespace {

DeviceSchemeRegistration const registration{
    {.rank = 10,
     .kind = Device::Kind::kHost,
     .description = "kernel bodies on helper threads of this machine",
     .find =
         [](DeviceEnvironment const& environment) {
           std::vector<std::string> names;
           if (environment.wanted_helpers > 0) names.emplace_back("host");
           return names;
         },
     .open =
         [](std::string const& name, DeviceEnvironment const& environment) {
           return std::unique_ptr<Device>(
               std::make_unique<HostDevice>(environment.helpers, name, environment.streams));
         }}};

}  // namespace
}  // namespace warpline::host
