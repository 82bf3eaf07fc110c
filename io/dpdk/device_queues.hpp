// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "io/dpdk/dpdk_port.hpp"

namespace warpline {

/// The driver of a virtual device: `net_tap` of `net_tap0`.
std::string driver_of(std::string device);

/// How many queues the device will have at most, where its specification alone decides: the
/// argument that its driver has for that, or the driver's default.
std::optional<unsigned> queues_by_specification(DpdkPortOptions const& options);

/// What to write in the specification of `device` for `workers` queues: `qpairs=2`; empty where its
/// driver has no such argument.
std::string queue_argument(std::string const& device, unsigned workers);

}  // namespace warpline
