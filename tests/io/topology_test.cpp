// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/machine/topology.hpp"

#include <gmock/gmock.h>
#include <hwloc.h>
#include <sched.h>

#include <fstream>

#include "io/dpdk/hugepages.hpp"
#include "io/dpdk/pci_devices.hpp"
#include "io/machine/placement.hpp"
#include "tests/io/machine.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

using test::config_error;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The XML of a machine in hwloc's short notation, with one network card on each of these nodes.
std::string machine(std::string const& notation, std::vector<unsigned> const& cards = {}) {
  hwloc_topology_t tree = nullptr;
  hwloc_topology_init(&tree);
  EXPECT_EQ(hwloc_topology_set_synthetic(tree, notation.c_str()), 0);
  EXPECT_EQ(hwloc_topology_load(tree), 0);
  char* text = nullptr;
  int size = 0;
  EXPECT_EQ(hwloc_topology_export_xmlbuffer(tree, &text, &size, 0), 0);
  std::string xml(text);
  hwloc_free_xmlbuffer(tree, text);
  hwloc_topology_destroy(tree);
  for (auto const node : cards) {
    auto const bus = std::to_string(10 + node);
    auto const entry =
        xml.find("<object type=\"NUMANode\" os_index=\"" + std::to_string(node) + "\"");
    EXPECT_NE(entry, std::string::npos);
    // I/O objects stand after the other children of a package.
    auto const package = xml.rfind("<object type=\"Package\"", entry);
    auto depth = 0;
    auto position = package;
    do {
      auto const open = xml.find("<object", position + 1),
                 close = xml.find("</object>", position + 1);
      auto const next = std::min(open, close);
      if (next == close) {
        --depth;
      } else if (xml[xml.find('>', next) - 1] != '/') {
        ++depth;
      }
      position = next;
    } while (depth >= 0);
    xml.insert(
        position,
        "<object type=\"Bridge\" gp_index=\"9" + bus +
            "\" bridge_type=\"0-1\" depth=\"0\" bridge_pci=\"0000:[" + bus + "-" + bus +
            "]\">"
            "<object type=\"PCIDev\" gp_index=\"8" +
            bus + "\" pci_busid=\"0000:" + bus +
            ":00.0\" pci_type=\"0200 [8086:1572] [0000:0000] 01\" pci_link_speed=\"0.000000\"/>"
            "</object>");
  }
  return xml;
}

TEST(TopologyTest, KnowsCoresThreadsAndNodes) {
  auto const topology = Topology::from_xml(machine("package:2 numa:1 core:2 pu:2"));
  EXPECT_EQ(topology.numa_nodes(), 2u);
  std::vector<int> numbers, cores, threads, nodes;
  for (auto const& processor : topology.processors()) {
    numbers.push_back(processor.number);
    cores.push_back(processor.core);
    threads.push_back(processor.thread);
    nodes.push_back(processor.numa_node);
  }
  EXPECT_THAT(numbers, ElementsAre(0, 2, 4, 6, 1, 3, 5, 7)) << "whole cores first";
  EXPECT_THAT(cores, ElementsAre(0, 1, 2, 3, 0, 1, 2, 3));
  EXPECT_THAT(threads, ElementsAre(0, 0, 0, 0, 1, 1, 1, 1));
  EXPECT_THAT(nodes, ElementsAre(0, 0, 1, 1, 0, 0, 1, 1));
  EXPECT_EQ(topology.find(8), nullptr);
}

TEST(TopologyTest, KnowsWhereDevicesHang) {
  auto const topology = Topology::from_xml(machine("package:2 numa:1 core:2 pu:1", {0, 1}));
  EXPECT_EQ(topology.numa_node_of_pci("0000:10:00.0"), 0);
  EXPECT_EQ(topology.numa_node_of_pci("0000:11:00.0"), 1);
  EXPECT_EQ(topology.numa_node_of_pci("0000:12:00.0"), -1);
}

TEST(TopologyTest, RefusesAnotherText) {
  EXPECT_THAT(config_error([] { Topology::from_xml("<nonsense/>"); }),
              HasSubstr("not a machine description"));
}

TEST(TopologyTest, OfThisMachineHasTheProcessorsThatThisProcessMayUse) {
  cpu_set_t allowed;
  ASSERT_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
  auto const topology = Topology::of_this_machine();
  EXPECT_EQ(topology.processors().size(), static_cast<std::size_t>(CPU_COUNT(&allowed)));
  for (auto const& processor : topology.processors())
    EXPECT_NE(CPU_ISSET(static_cast<unsigned>(processor.number), &allowed), 0);
}

TEST(TopologyTest, OfThisMachineRespectsTheProcesssAffinity) {
  cpu_set_t before, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  unsigned last = 0;
  for (unsigned i = 0; i < CPU_SETSIZE; ++i)
    if (CPU_ISSET(i, &before)) last = i;
  CPU_ZERO(&one);
  CPU_SET(last, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  auto const topology = Topology::of_this_machine();
  sched_setaffinity(0, sizeof before, &before);
  ASSERT_EQ(topology.processors().size(), 1u);
  EXPECT_EQ(topology.processors()[0].number, static_cast<int>(last));
}

Placement placed(std::string const& notation, PlacementRequest const& request) {
  return place(Topology::from_xml(machine(notation)), request);
}

TEST(PlacementTest, KeepsTheFirstProcessorForControl) {
  auto const placement = placed("core:4 pu:1", {.workers = 2, .helpers = 1});
  EXPECT_EQ(placement.control, 0);
  EXPECT_THAT(placement.workers, ElementsAre(1, 2));
  EXPECT_THAT(placement.helpers, ElementsAre(3));
  EXPECT_THAT(placement.notices, IsEmpty());
}

TEST(PlacementTest, UsesWholeCoresBeforeSecondThreads) {
  auto const placement = placed("core:3 pu:2", {.workers = 4});
  EXPECT_THAT(placement.workers, ElementsAre(2, 4, 1, 3));
  EXPECT_EQ(placement.control, 0);
}

TEST(PlacementTest, GoesNextToThePorts) {
  auto const notation = "package:2 numa:1 core:4 pu:1";
  EXPECT_THAT(placed(notation, {.workers = 2, .port_nodes = {1}}).workers, ElementsAre(4, 5));
  EXPECT_THAT(placed(notation, {.workers = 2, .port_nodes = {0}}).workers, ElementsAre(1, 2));
  EXPECT_THAT(placed(notation, {.workers = 5, .port_nodes = {1}}).workers,
              ElementsAre(4, 5, 6, 7, 1));
  EXPECT_THAT(placed(notation, {.workers = 3, .port_nodes = {0, 1}}).workers, ElementsAre(1, 2, 3));
}

TEST(PlacementTest, SharesWhereThereIsTooLittle) {
  auto placement = placed("core:2 pu:1", {.workers = 1});
  EXPECT_EQ(placement.control, 0);
  EXPECT_THAT(placement.workers, ElementsAre(1));
  placement = placed("core:2 pu:1", {.workers = 1, .helpers = 1});
  EXPECT_THAT(placement.workers, ElementsAre(1));
  EXPECT_THAT(placement.helpers, ElementsAre(0));
  EXPECT_EQ(placement.control, 0) << "beside the helper";
  EXPECT_THAT(placement.notices, IsEmpty()) << "control sleeps, that is no loss";
  placement = placed("core:2 pu:1", {.workers = 2, .helpers = 1});
  EXPECT_THAT(placement.workers, ElementsAre(1, 0));
  EXPECT_THAT(placement.helpers, ElementsAre(1));
  EXPECT_THAT(placement.notices, ElementsAre(HasSubstr("1 helper thread shares a processor")));
  placement = placed("core:1 pu:1", {.workers = 1, .helpers = 2});
  EXPECT_THAT(placement.helpers, ElementsAre(0, 0));
  EXPECT_EQ(placement.control, 0);
}

TEST(PlacementTest, TakesTheProcessorsNamed) {
  auto const placement =
      placed("core:4 pu:1", {.workers = 2, .helpers = 1, .worker_cores = {3, 0}});
  EXPECT_THAT(placement.workers, ElementsAre(3, 0));
  EXPECT_THAT(placement.helpers, ElementsAre(1));
  EXPECT_EQ(placement.control, 2);
  EXPECT_THAT(placed("core:4 pu:1", {.workers = 1, .helpers = 1, .helper_cores = {1}}).workers,
              ElementsAre(2));
}

TEST(PlacementTest, RefusesWhatCannotBe) {
  auto const error = [](PlacementRequest const& request) {
    return config_error([&] { placed("core:4 pu:1", request); });
  };
  EXPECT_EQ(error({.workers = 5}),
            "5 workers are asked for, but this process may use 4 processors (0-3)");
  EXPECT_EQ(error({.workers = 1, .worker_cores = {4}}),
            "processor 4 for a worker is not one that this process may use; those are 0-3");
  EXPECT_EQ(error({.workers = 2, .worker_cores = {1, 1}}), "processor 1 is asked for twice");
  EXPECT_EQ(error({.workers = 1, .helpers = 1, .worker_cores = {1}, .helper_cores = {1}}),
            "processor 1 is asked for twice");
  EXPECT_EQ(error({.workers = 2, .worker_cores = {1}}), "1 processor is named for 2 workers");
}

TEST(PlacementTest, IsToldLineByLine) {
  auto const topology = Topology::from_xml(machine("package:2 numa:1 core:1 pu:2"));
  EXPECT_EQ(place(topology, {.workers = 2, .helpers = 1}).plan(topology),
            "control     processor 0, core 0, NUMA node 0\n"
            "worker 0    processor 2, core 1, NUMA node 1\n"
            "worker 1    processor 1, core 0 (second thread), NUMA node 0\n"
            "helper 0    processor 3, core 1 (second thread), NUMA node 1\n");
}

TEST(HugepagesTest, AreReadFromTheSystemsFolder) {
  test::ScopedFolder const folder;
  auto const size = [&](std::string const& name, char const* total, char const* free) {
    std::filesystem::create_directory(folder.path(name));
    folder.write(name + "/nr_hugepages", total);
    folder.write(name + "/free_hugepages", free);
  };
  size("hugepages-1048576kB", "2\n", "1\n");
  size("hugepages-2048kB", "512\n", "12\n");
  auto const result = hugepages(folder.path(""));
  ASSERT_EQ(result.size(), 2u);
  EXPECT_EQ(result[0].page_bytes, std::size_t{2} << 20);
  EXPECT_EQ(result[0].total, 512u);
  EXPECT_EQ(result[0].free, 12u);
  EXPECT_EQ(result[1].page_bytes, std::size_t{1} << 30);
  EXPECT_THAT(hugepages(folder.path("none")), IsEmpty());
  EXPECT_FALSE(hugepages_usable(std::size_t{1} << 50));
}

TEST(PciDevicesTest, AreTheNetworkDevicesOfTheSystemsFolder) {
  test::ScopedFolder const folder;
  auto const device = [&](std::string const& address, char const* kind) {
    std::filesystem::create_directory(folder.path(address));
    folder.write(address + "/class", kind);
  };
  device("0000:3b:00.1", "0x020000\n");
  device("0000:3b:00.0", "0x020000\n");
  device("0000:01:00.0", "0x030000\n");
  folder.write("0000:3b:00.0/numa_node", "1\n");
  std::filesystem::create_symlink("../../drivers/vfio-pci", folder.path("0000:3b:00.0/driver"));
  auto const result = pci_network_devices(folder.path(""));
  ASSERT_EQ(result.size(), 2u);
  EXPECT_EQ(result[0].address, "0000:3b:00.0");
  EXPECT_EQ(result[0].driver, "vfio-pci");
  EXPECT_EQ(result[0].numa_node, 1);
  EXPECT_EQ(result[1].driver, "");
}

}  // namespace
}  // namespace warpline
