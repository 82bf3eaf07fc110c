// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/ranked.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace warpline {
namespace {

struct Item {
  int rank;
  std::string name;
};

TEST(Ranked, OrdersByRankAndThenByTheTimeOfInsertion) {
  std::vector<Item> list;
  for (auto const& item : {Item{2, "c"}, {1, "a"}, {2, "d"}, {1, "b"}, {-1, "first"}})
    insert_by_rank(list, item);
  std::vector<std::string> names;
  for (auto const& item : list) names.push_back(item.name);
  EXPECT_THAT(names, testing::ElementsAre("first", "a", "b", "c", "d"));
}

}  // namespace
}  // namespace warpline
