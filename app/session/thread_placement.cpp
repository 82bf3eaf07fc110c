// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/thread_placement.hpp"

#include <algorithm>

#include "app/session/session_options.hpp"

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
  auto placement = place(topology, request);
  for (auto const io : options.io_cores) {
    auto const name = "processor " + std::to_string(io);
    if (topology.find(io) == nullptr)
      throw ConfigError("--io-cores names " + name + ", which this process may not use");
    if (std::count(placement.workers.begin(), placement.workers.end(), io) > 0)
      throw ConfigError(name +
                        " would run a worker and an IO worker; expected --cores and "
                        "--io-cores to name different ones");
  }
  return placement;
}

}  // namespace warpline::app
