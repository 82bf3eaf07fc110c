// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/error.hpp"
#include "core/device/device.hpp"

namespace warpline::app {

/// A device that runs nothing, for checks of pipelines.
class PlaceholderDevice final : public Device {
 public:
  PlaceholderDevice(std::string name, Kind kind, std::string description)
      : Device(std::move(name), kind), description_(std::move(description)) {}

  std::string description() const override { return description_; }
  std::unique_ptr<Lane> open_lane(Transfer) override {
    throw ConfigError("device '" + name() + "' has not been opened");
  }

 private:
  std::string description_;
};

}  // namespace warpline::app
