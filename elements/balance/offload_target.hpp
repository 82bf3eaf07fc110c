// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/element/args.hpp"
#include "core/packet/batch.hpp"

namespace warpline {

/// The device that a balancer offloads to: the one that the keyword `DEVICE` names, else the first
/// CUDA device, else the host device, which the user is told.
/// Throws `ConfigError` where there is none, or where it is the worker's own core.
DeviceIndex offload_target(Args& args);

/// The environment variable `WARPLINE_<name>`, else NBA's `NBA_<name>`, with its own name first.
std::optional<std::pair<std::string, std::string>> balancer_setting(std::string const& name);

}  // namespace warpline
