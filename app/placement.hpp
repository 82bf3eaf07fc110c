// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "io/topology.hpp"

namespace warpline::app {

struct SessionOptions;

/// Which processor does what.
struct Placement {
  int control = -1;          ///< the thread that everything else is asked through
  std::vector<int> workers;  ///< one each
  std::vector<int> helpers;  ///< of the host device; -1: one that shares the workers' processors
  std::vector<std::string> remarks;  ///< what could be better, a sentence each
};

/// Places threads as the options say; the rest by rule: workers on the NUMA nodes of the ports
/// (`port_nodes`, -1 where unknown), on cores of their own before second hardware threads, the first
/// processor last; one helper of the host device for each worker as far as processors are left, on the
/// workers' node if possible; the control thread on what remains.
/// Throws `ConfigError` for more workers or helpers than processors, and for processors that are named
/// twice or not ours to use.
Placement place(Topology const& topology, SessionOptions const& options,
                std::vector<int> const& port_nodes);

/// `0-3,8`.
std::string processor_list(std::vector<int> processors);

}  // namespace warpline::app
