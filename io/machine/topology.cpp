// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/machine/topology.hpp"

#include <hwloc.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <tuple>

#include "core/base/error.hpp"

namespace warpline {

struct Topology::Reader {
  hwloc_topology_t tree = nullptr;
  hwloc_bitmap_t allowed = nullptr;

  Reader() {
    if (hwloc_topology_init(&tree) != 0) throw ConfigError("hwloc cannot be used");
    hwloc_topology_set_io_types_filter(tree, HWLOC_TYPE_FILTER_KEEP_IMPORTANT);
  }
  ~Reader() {
    hwloc_bitmap_free(allowed);
    hwloc_topology_destroy(tree);
  }
  Reader(Reader const&) = delete;
  Reader& operator=(Reader const&) = delete;

  static int node_of(hwloc_obj_t object) {
    return object->nodeset == nullptr ? 0 : std::max(0, hwloc_bitmap_first(object->nodeset));
  }

  Topology read() const {
    Topology topology;
    topology.numa_nodes_ =
        static_cast<unsigned>(std::max(1, hwloc_get_nbobjs_by_type(tree, HWLOC_OBJ_NUMANODE)));
    for (auto* unit = hwloc_get_next_obj_by_type(tree, HWLOC_OBJ_PU, nullptr); unit != nullptr;
         unit = hwloc_get_next_obj_by_type(tree, HWLOC_OBJ_PU, unit)) {
      if (hwloc_bitmap_isset(allowed, unit->os_index) == 0) continue;
      auto* core = hwloc_get_ancestor_obj_by_type(tree, HWLOC_OBJ_CORE, unit);
      Processor processor;
      processor.number = static_cast<int>(unit->os_index);
      processor.core = static_cast<int>((core != nullptr ? core : unit)->logical_index);
      processor.thread = core == nullptr ? 0 : static_cast<int>(unit->sibling_rank);
      processor.numa_node = node_of(unit);
      topology.processors_.push_back(processor);
    }
    // A core whose first thread is not allowed has its second as the first.
    auto& processors = topology.processors_;
    for (auto& processor : processors)
      processor.thread = static_cast<int>(
          std::count_if(processors.begin(), processors.end(), [&](Processor const& other) {
            return other.core == processor.core && other.number < processor.number;
          }));
    std::sort(processors.begin(), processors.end(), [](auto const& a, auto const& b) {
      return std::tie(a.thread, a.number) < std::tie(b.thread, b.number);
    });

    for (auto* device = hwloc_get_next_pcidev(tree, nullptr); device != nullptr;
         device = hwloc_get_next_pcidev(tree, device)) {
      auto const& pci = device->attr->pcidev;
      char address[32];
      std::snprintf(address, sizeof address, "%04x:%02x:%02x.%x", static_cast<unsigned>(pci.domain),
                    static_cast<unsigned>(pci.bus), static_cast<unsigned>(pci.dev),
                    static_cast<unsigned>(pci.func));
      auto* place = hwloc_get_non_io_ancestor_obj(tree, device);
      // A device that is attached to a whole machine with several nodes is near none of them.
      bool const known =
          place != nullptr && place->nodeset != nullptr && hwloc_bitmap_weight(place->nodeset) == 1;
      topology.pci_nodes_[address] = known ? node_of(place) : -1;
    }
    if (processors.empty()) throw ConfigError("hwloc finds no processor that this process may use");
    return topology;
  }
};

Topology Topology::of_this_machine() {
  Reader reader;
  if (hwloc_topology_load(reader.tree) != 0)
    throw ConfigError("hwloc cannot read this machine's topology");
  reader.allowed = hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(reader.tree));
  auto* bound = hwloc_bitmap_alloc();
  if (hwloc_get_cpubind(reader.tree, bound, HWLOC_CPUBIND_PROCESS) == 0 &&
      hwloc_bitmap_iszero(bound) == 0)
    hwloc_bitmap_and(reader.allowed, reader.allowed, bound);
  hwloc_bitmap_free(bound);
  return reader.read();
}

Topology Topology::from_xml(std::string const& xml) {
  Reader reader;
  // The length includes the terminating zero.
  if (hwloc_topology_set_xmlbuffer(reader.tree, xml.c_str(), static_cast<int>(xml.size() + 1)) !=
          0 ||
      hwloc_topology_load(reader.tree) != 0)
    throw ConfigError("not a machine description that hwloc understands");
  reader.allowed = hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(reader.tree));
  return reader.read();
}

Processor const* Topology::find(int number) const {
  for (auto const& processor : processors_)
    if (processor.number == number) return &processor;
  return nullptr;
}

int Topology::numa_node_of_pci(std::string const& address) const {
  auto const entry = pci_nodes_.find(address);
  return entry == pci_nodes_.end() ? -1 : entry->second;
}

}  // namespace warpline
