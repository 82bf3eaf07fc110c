// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "io/machine/placement.hpp"
#include "io/spec/port_spec.hpp"

namespace warpline::app {

struct SessionOptions;

/// Places the threads that the options ask for: one worker unless told otherwise, and a helper of
/// the host device for each worker as far as processors are left, at least one. `ports`: those
/// whose NUMA nodes count. Throws `ConfigError` as `place` does.
Placement place_threads(Topology const& topology, SessionOptions const& options,
                        std::span<PortSpec const> ports);

}  // namespace warpline::app
