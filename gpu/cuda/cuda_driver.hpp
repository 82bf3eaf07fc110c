// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "gpu/stream/stream_device.hpp"

namespace warpline::cuda {

/// CUDA device `index` as a device called `cuda:<index>`. Throws `ConfigError` if this build has no
/// CUDA, or if the device does not exist or cannot be used.
std::unique_ptr<stream::StreamDevice> open_device(int index, stream::Options const& options);

/// Pins a piece of ordinary memory, as packets lie in, for the device and unpins it again. Returns
/// the reason if that fails; empty otherwise.
std::string try_to_pin(int index);

}  // namespace warpline::cuda
