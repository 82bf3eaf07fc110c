// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/device/device.hpp"

#include <algorithm>

#include "core/base/error.hpp"

namespace warpline {
namespace {

class DeviceCategory final : public std::error_category {
 public:
  char const* name() const noexcept override { return "device"; }
  std::string message(int value) const override {
    switch (static_cast<DeviceError>(value)) {
      case DeviceError::kLost:
        return "the device was lost";
      case DeviceError::kTimedOut:
        return "the device did not finish in time";
      case DeviceError::kLaunchFailed:
        return "the work could not be started";
      case DeviceError::kClosed:
        return "the lane was closed";
    }
    return "device error " + std::to_string(value);
  }
};

}  // namespace

std::error_category const& device_category() {
  static DeviceCategory const category;
  return category;
}

std::unique_ptr<Lane> CpuDevice::open_lane(Transfer) {
  throw ConfigError("the worker's CPU has no lanes");
}

DeviceSet::DeviceSet() { devices_.push_back(std::make_unique<CpuDevice>()); }

std::vector<std::string> DeviceSet::names() const {
  std::vector<std::string> names;
  for (auto const& device : devices_) names.push_back(device->name());
  return names;
}

std::uint16_t DeviceSet::find(std::string const& name) const {
  auto const choices = names();
  auto const entry = std::find(choices.begin(), choices.end(), name);
  if (entry != choices.end()) return static_cast<std::uint16_t>(entry - choices.begin());
  std::string text = "unknown device '" + name + "'; there are:";
  for (auto const& choice : choices) text += " " + choice;
  throw ConfigError(text + did_you_mean(name, choices));
}

std::uint16_t DeviceSet::preferred() const {
  for (auto const kind : {Device::Kind::kCuda, Device::Kind::kHost})
    for (std::size_t i = 0; i < devices_.size(); ++i)
      if (devices_[i]->kind() == kind) return static_cast<std::uint16_t>(i);
  throw ConfigError("there is no device to offload to; give the host device helper cores");
}

}  // namespace warpline
