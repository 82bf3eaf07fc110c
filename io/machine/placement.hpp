// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "io/machine/topology.hpp"

namespace warpline {

/// Which threads are to be placed.
struct PlacementRequest {
  unsigned workers = 1;
  unsigned helpers = 0;             ///< threads of the host device
  std::vector<int> worker_cores{};  ///< processors for the workers, one each; empty: chosen here
  std::vector<int> helper_cores{};  ///< the same for the helpers
  std::vector<int> port_nodes{};    ///< known NUMA nodes of the ports; workers are placed near them
};

/// The processor of each thread, by number.
struct Placement {
  int control = 0;
  std::vector<int> workers{};
  std::vector<int> helpers{};
  std::vector<std::string> notices{};  ///< deviations from the ideal: two threads on one processor

  /// A line for each thread: `worker 0   processor 2   core 2   node 0`.
  std::string plan(Topology const& topology) const;
};

/// Gives each worker its own processor: whole cores first, and those near the ports before others.
/// Helpers get the rest, control a free one. If there are too few, helpers and control share.
/// Throws `ConfigError` for more workers than processors, for a processor that is named twice or
/// that the process may not use, and for a list of the wrong length.
Placement place(Topology const& topology, PlacementRequest const& request);

}  // namespace warpline
