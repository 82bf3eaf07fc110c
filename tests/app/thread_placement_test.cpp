// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/thread_placement.hpp"

#include <gtest/gtest.h>
#include <hwloc.h>

#include <set>

#include "app/session/session_options.hpp"
#include "core/base/error.hpp"

namespace warpline::app {
namespace {

/// A machine in hwloc's words, e.g. `numa:2 core:4 pu:2`.
Topology machine(char const* description) {
  hwloc_topology_t topology = nullptr;
  char* text = nullptr;
  int size = 0;
  hwloc_topology_init(&topology);
  hwloc_topology_set_synthetic(topology, description);
  hwloc_topology_load(topology);
  hwloc_topology_export_xmlbuffer(topology, &text, &size, 0);
  std::string const xml(text);
  hwloc_free_xmlbuffer(topology, text);
  hwloc_topology_destroy(topology);
  return Topology::from_xml(xml);
}

TEST(ThreadPlacement, GivesOneWorkerAHelperAndItsOwnProcessor) {
  auto const placement = place_threads(machine("core:4 pu:1"), {}, {});
  ASSERT_EQ(placement.workers.size(), 1u);
  ASSERT_EQ(placement.helpers.size(), 1u);
  std::set<int> const used{placement.control, placement.workers[0], placement.helpers[0]};
  EXPECT_EQ(used.size(), 3u);
  EXPECT_TRUE(placement.notices.empty());
}

TEST(ThreadPlacement, HelpersAreNoMoreThanWorkersNorThanProcessorsLeft) {
  SessionOptions options;
  options.workers = 2;
  EXPECT_EQ(place_threads(machine("core:8 pu:1"), options, {}).helpers.size(), 2u);
  options.workers = 7;
  EXPECT_EQ(place_threads(machine("core:8 pu:1"), options, {}).helpers.size(), 1u);
  options.workers = 8;
  EXPECT_EQ(place_threads(machine("core:8 pu:1"), options, {}).helpers.size(), 1u);
}

TEST(ThreadPlacement, WorksOnOneProcessor) {
  auto const placement = place_threads(machine("core:1 pu:1"), {}, {});
  EXPECT_EQ(placement.workers, std::vector<int>{0});
  EXPECT_EQ(placement.helpers, std::vector<int>{0});
  EXPECT_FALSE(placement.notices.empty());
}

TEST(ThreadPlacement, TakesListsAsTheyAre) {
  SessionOptions options;
  options.cores = {3, 1};
  options.host_core_list = {2};
  options.host_cores = 1;
  auto const placement = place_threads(machine("core:4 pu:1"), options, {});
  EXPECT_EQ(placement.workers, (std::vector<int>{3, 1}));
  EXPECT_EQ(placement.helpers, std::vector<int>{2});
}

TEST(ThreadPlacement, LeavesTheHostDeviceOut) {
  SessionOptions options;
  options.host_cores = 0;
  EXPECT_TRUE(place_threads(machine("core:4 pu:1"), options, {}).helpers.empty());
}

TEST(ThreadPlacement, RefusesMoreWorkersThanProcessors) {
  SessionOptions options;
  options.workers = 5;
  EXPECT_THROW(place_threads(machine("core:4 pu:1"), options, {}), ConfigError);
  options.workers = 2;
  options.cores = {1};
  EXPECT_THROW(place_threads(machine("core:4 pu:1"), options, {}), ConfigError);
}

}  // namespace
}  // namespace warpline::app
