// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "io/machine/placement.hpp"
#include "io/spec/port_spec.hpp"

namespace warpline::app {

struct SessionOptions;

/// Places the requested threads: one worker by default, and a helper of the host device for each
/// worker while processors are left, at least one. `ports`: their NUMA nodes count. Throws
/// `ConfigError` as `place` does.
Placement place_threads(Topology const& topology, SessionOptions const& options,
                        std::span<PortSpec const> ports);

}  // namespace warpline::app
