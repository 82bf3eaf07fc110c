// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/thread_placement.hpp"

#include <algorithm>

#include "app/session_options.hpp"

namespace warpline::app {

Placement place_threads(Topology const& topology, SessionOptions const& options,
                        std::span<PortSpec const> ports) {
  PlacementRequest request;
  request.worker_cores = options.cores;
  request.helper_cores = options.host_core_list;
  request.workers = options.workers.value_or(
      options.cores.empty() ? 1 : static_cast<unsigned>(options.cores.size()));
  auto const available = static_cast<unsigned>(topology.processors().size());
  auto const left = available > request.workers ? available - request.workers : 1;
  request.helpers = options.host_cores.value_or(std::min(request.workers, left));
  for (auto const& address : pci_addresses(ports))
    if (auto const node = topology.numa_node_of_pci(address); node >= 0)
      request.port_nodes.push_back(node);
  return place(topology, request);
}

}  // namespace warpline::app
