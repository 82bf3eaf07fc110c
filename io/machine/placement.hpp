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
  std::vector<int> worker_cores{};  ///< processors for the workers, one each; empty: chosen
  std::vector<int> helper_cores{};  ///< the same for the helpers
  std::vector<int> port_nodes{};  ///< NUMA nodes of the ports, those known; workers go next to them
};

/// Who runs where: numbers of processors.
struct Placement {
  int control = 0;
  std::vector<int> workers{};
  std::vector<int> helpers{};
  std::vector<std::string>
      remarks{};  ///< what is not as it should be: two threads on one processor

  /// A line for each thread: `worker 0   processor 2   core 2   node 0`.
  std::string plan(Topology const& topology) const;
};

/// Gives each worker a processor of its own, whole cores first and those next to the ports before
/// others; helpers get what is left, control one nobody has. Where there is too little, helpers and
/// control share.
/// Throws `ConfigError` for more workers than processors, for a processor that is named twice or
/// that the process may not use, and for a list that is not as long as it has to be.
Placement place(Topology const& topology, PlacementRequest const& request);

}  // namespace warpline
