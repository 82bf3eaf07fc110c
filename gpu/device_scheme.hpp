// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/device/device.hpp"
#include "gpu/stream/options.hpp"

namespace warpline {

/// Settings with which devices are opened.
struct DeviceEnvironment {
  stream::Options streams{};
  bool has_task_timeout = false;  ///< the user chose the time limit of `streams`
  std::vector<int> helpers{};     ///< processors for threads of devices
  unsigned wanted_helpers = 1;    ///< threads that the user wants, before they are placed
};

/// A kind of devices: which there are on this machine and how one is opened. Registered by a
/// constant of namespace scope in one source file.
struct DeviceScheme {
  int rank = 0;  ///< devices of lower ranks come first
  Device::Kind kind{};
  std::string description{};  ///< of one that is not opened
  /// Names of the devices of this kind on this machine.
  std::vector<std::string> (*find)(DeviceEnvironment const& environment) = nullptr;
  /// Explains to a user who requested `name` why there is no device; empty if `name` is of another
  /// kind.
  std::string (*explain_none)(std::string const& name) = nullptr;
  /// Throws `ConfigError` if the device cannot be opened.
  std::unique_ptr<Device> (*open)(std::string const& name,
                                  DeviceEnvironment const& environment) = nullptr;

  /// All schemes by rank. Filled before `main`, read-only afterwards.
  static std::vector<DeviceScheme>& all();
};

/// Adds a scheme before `main`.
struct DeviceSchemeRegistration {
  explicit DeviceSchemeRegistration(DeviceScheme scheme);
};

/// A device of this machine, not opened.
struct FoundDevice {
  std::string name;
  DeviceScheme const* scheme;
};

/// Returns the devices with these names, or all devices of this machine if `names` is empty. The
/// CPU (`cpu`) is left out. Throws `ConfigError` for an unknown name or a name that occurs twice.
std::vector<FoundDevice> find_devices(std::vector<std::string> const& names,
                                      DeviceEnvironment const& environment);

}  // namespace warpline
