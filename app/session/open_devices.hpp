// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/device/device.hpp"
#include "core/engine/offloader.hpp"
#include "gpu/stream/options.hpp"

namespace warpline::app {

struct SessionOptions;

/// The options of lanes, for frames up to `frame_size` bytes.
stream::Options stream_options(SessionOptions const& options, unsigned frame_size);

/// Throws `ConfigError` if this machine or build has no device of that name.
void check_device_name(std::string const& name);

/// Adds the requested devices, or all of this machine, to the CPU: the host device
/// with a helper on each of `helpers`, unless `--host-cores 0`; CUDA devices. Throws
/// `ConfigError` for a device that this machine or build does not have, or that cannot be used.
void open_devices(DeviceSet& devices, SessionOptions const& options,
                  std::vector<int> const& helpers, unsigned frame_size);

/// The same devices as from `open_devices`, but none is opened and none can run anything.
void add_placeholder_devices(DeviceSet& devices, SessionOptions const& options);

}  // namespace warpline::app
