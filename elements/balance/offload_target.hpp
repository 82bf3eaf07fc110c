// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/element/args.hpp"
#include "core/packet/batch.hpp"

namespace warpline {

/// The device that a balancer offloads to: the one in the keyword `DEVICE`, otherwise the first
/// CUDA device, otherwise the host device with a notice. Throws `ConfigError` if there is none, or
/// if it is the worker's CPU.
DeviceIndex offload_target(Args& args);

/// The environment variable `WARPLINE_<name>`, otherwise NBA's `NBA_<name>`, with its name.
std::optional<std::pair<std::string, std::string>> balancer_setting(std::string const& name);

}  // namespace warpline
