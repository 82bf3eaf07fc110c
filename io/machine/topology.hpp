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

/// The processors of this machine, or of one described in a file, and what lies next to them.
class Topology {
 public:
  /// This machine, without the processors that the process is kept from (cgroup, affinity).
  /// Throws `ConfigError` where the system does not tell.
  static Topology of_this_machine();

  /// A machine from hwloc's XML (`lstopo --of xml`). Throws `ConfigError` for another text.
  static Topology from_xml(std::string const& xml);

  /// In the order to use them: first hardware threads before second ones, then by number.
  std::vector<Processor> const& processors() const { return processors_; }
  /// Null where the process may not use it, or there is no such.
  Processor const* find(int number) const;
  unsigned numa_nodes() const { return numa_nodes_; }
  /// The node next to a PCI device, `0000:3b:00.0`; -1 where that is not known.
  int numa_node_of_pci(std::string const& address) const;

 private:
  struct Reader;
  std::vector<Processor> processors_;
  std::map<std::string, int> pci_nodes_;
  unsigned numa_nodes_ = 1;
};

}  // namespace warpline
