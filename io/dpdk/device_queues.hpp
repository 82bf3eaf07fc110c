// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "io/dpdk/dpdk_port.hpp"

namespace warpline {

/// The driver of a virtual device: `net_tap` of `net_tap0`.
std::string driver_of(std::string device);

/// The maximum number of queues of the device, if its specification alone decides: the driver's
/// argument for it or the driver's default.
std::optional<unsigned> queues_by_specification(DpdkPortOptions const& options);

/// The argument for `workers` queues in the specification of `device`: `qpairs=2`; empty if its
/// driver has none.
std::string queue_argument(std::string const& device, unsigned workers);

}  // namespace warpline
