// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/device.hpp"

namespace warpline::app {

struct SessionOptions;

/// Adds the devices that the options ask for, or all there are, to the own core: the host device with
/// a helper on each of `helpers`; not that one for `--host-cores 0`.
/// Throws `ConfigError` for a device that this machine or build does not have.
void open_devices(DeviceSet& devices, SessionOptions const& options, std::vector<int> helpers);

/// The same devices as `open_devices` adds, but none is opened and none can run anything.
void pretend_devices(DeviceSet& devices, SessionOptions const& options);

}  // namespace warpline::app
