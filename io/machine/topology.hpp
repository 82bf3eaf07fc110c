// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

namespace warpline {

/// A processor that the process may use.
struct Processor {
  int number = 0;     ///< as the system numbers it
  int core = 0;       ///< which core it belongs to, counted over the machine
  int thread = 0;     ///< 0: the core's first hardware thread
  int numa_node = 0;  ///< the memory next to it
};

/// The processors of this machine, or of one described in a file, and the devices near them.
class Topology {
 public:
  /// This machine, without the processors that the process may not use (cgroup, affinity). Throws
  /// `ConfigError` if the system does not report it.
  static Topology of_this_machine();

  /// A machine from hwloc's XML (`lstopo --of xml`). Throws `ConfigError` for another text.
  static Topology from_xml(std::string const& xml);

  /// In the order to use them: first hardware threads before second ones, then by number.
  std::vector<Processor> const& processors() const { return processors_; }
  /// Null if the processor does not exist or the process may not use it.
  Processor const* find(int number) const;
  unsigned numa_nodes() const { return numa_nodes_; }
  /// The node near a PCI device, `0000:3b:00.0`; -1 if unknown.
  int numa_node_of_pci(std::string const& address) const;

 private:
  struct Reader;
  std::vector<Processor> processors_;
  std::map<std::string, int> pci_nodes_;
  unsigned numa_nodes_ = 1;
};

}  // namespace warpline
