// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/prefilter/port_groups.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace warpline::ids {
namespace {

using Members = std::vector<std::uint32_t>;

PortGroups groups_of(std::vector<PortSet> const& sets, std::size_t max_groups = 100) {
  return {sets, std::vector<std::uint32_t>(sets.size(), 1), max_groups};
}

TEST(PortGroups, SplitPortsAtTheEndsOfIntervals) {
  PortSet web(80, 81);
  web.add(PortSet(8080, 8080));
  auto const groups = groups_of({web, PortSet(81, 8080), PortSet::all(), PortSet(65535, 65535)});
  EXPECT_EQ(groups.ranges(), 7u)
      << "0, 80, 81, 82, 8080, 8081, 65535 begin ranges, and 81 is alone";
  EXPECT_EQ(groups.members(groups.of(0)), Members({2}));
  EXPECT_EQ(groups.members(groups.of(79)), Members({2}));
  EXPECT_EQ(groups.members(groups.of(80)), Members({0, 2}));
  EXPECT_EQ(groups.members(groups.of(81)), Members({0, 1, 2}));
  EXPECT_EQ(groups.members(groups.of(82)), Members({1, 2}));
  EXPECT_EQ(groups.members(groups.of(8080)), Members({0, 1, 2}));
  EXPECT_EQ(groups.members(groups.of(8081)), Members({2}));
  EXPECT_EQ(groups.members(groups.of(65535)), Members({2, 3}));
}

TEST(PortGroups, OfPortsInTheSameSetsAreOne) {
  PortSet odd;
  for (std::uint16_t port = 1; port < 200; port = static_cast<std::uint16_t>(port + 2))
    odd.add(PortSet(port, port));
  auto const groups = groups_of({odd, PortSet(1000, 65535)});
  EXPECT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups.of(1), groups.of(199));
  EXPECT_EQ(groups.of(2), groups.of(999));
}

TEST(PortGroups, WithoutSetsAreOneWithoutMembers) {
  auto const groups = groups_of({});
  EXPECT_EQ(groups.size(), 1u);
  EXPECT_TRUE(groups.members(groups.of(80)).empty());
}

/// Ports 1 and 2 differ in set 1 alone, which costs little.
TEST(PortGroups, ThatDifferLeastAreMergedFirst) {
  std::vector<PortSet> const sets{PortSet(1, 2), PortSet(2, 2), PortSet(3, 3)};
  std::vector<std::uint32_t> const costs{10, 1, 10};
  PortGroups const groups(sets, costs, 3);
  EXPECT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups.of(1), groups.of(2));
  EXPECT_EQ(groups.members(groups.of(1)), Members({0, 1}));
  EXPECT_EQ(groups.members(groups.of(3)), Members({2}));
  EXPECT_TRUE(groups.members(groups.of(4)).empty());
}

/// Random sets, all limits, and more distinct groups than are kept apart: no port loses a set.
TEST(PortGroups, HaveAllSetsOfTheirPortsAfterMerging) {
  std::mt19937 random(3);
  for (std::size_t const count : {1u, 5u, 40u, 1500u}) {
    std::vector<PortSet> sets(count);
    for (auto& set : sets)
      for (unsigned i = 0; i <= random() % 3; ++i) {
        auto const first = random() % 65536;
        auto const last = std::min(65535ul, first + (random() % 4 == 0 ? random() % 999 : 0));
        set.add(PortSet(static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)));
      }
    for (std::size_t const limit : {1u, 2u, 7u, 24u}) {
      auto const groups = groups_of(sets, limit);
      EXPECT_LE(groups.size(), limit);
      for (auto port = random() % 50; port < 65536; port += 1 + random() % 50) {
        auto const& members = groups.members(groups.of(static_cast<std::uint16_t>(port)));
        for (std::uint32_t i = 0; i < count; ++i) {
          if (!sets[i].contains(static_cast<std::uint16_t>(port))) continue;
          ASSERT_TRUE(std::binary_search(members.begin(), members.end(), i)) << port << ' ' << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace warpline::ids
