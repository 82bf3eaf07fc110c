// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <memory>

#include "core/element/context.hpp"

namespace warpline {
namespace {

std::shared_ptr<int> make(int value) { return std::make_shared<int>(value); }

TEST(SharedStore, FindsByNameWhatSomebodyHolds) {
  SharedStore store;
  auto const first = store.get<int>("a", [] { return make(1); });
  EXPECT_EQ(store.get<int>("a", [] { return make(2); }), first);
  EXPECT_NE(store.get<int>("b", [] { return make(3); }), first);
  EXPECT_EQ(*store.get<long>("a", [] { return std::make_shared<long>(4); }), 4);
}

TEST(SharedStore, KeepsNoTable) {
  SharedStore store;
  std::weak_ptr<int> const gone = store.get<int>("a", [] { return make(1); });
  EXPECT_TRUE(gone.expired());
  EXPECT_EQ(*store.get<int>("a", [] { return make(2); }), 2) << "made again";
}

TEST(SharedStore, LetsACallerHoldAllTables) {
  SharedStore store;
  std::vector<std::shared_ptr<void>> held;
  {
    auto const one = store.get<int>("a", [] { return make(1); });
    auto const other = store.get<int>("b", [] { return make(2); });
    held = store.hold();
  }
  EXPECT_EQ(held.size(), 2u);
  EXPECT_EQ(*store.get<int>("a", [] { return make(3); }), 1);
  held.clear();
  EXPECT_EQ(*store.get<int>("a", [] { return make(3); }), 3);
}

TEST(SharedStore, ReadsFilesAnewWhenAsked) {
  SharedStore store;
  auto const first = store.read<int>("a", [] { return make(1); });
  auto const table = store.get<int>("a", [] { return make(5); });
  EXPECT_EQ(store.read<int>("a", [] { return make(2); }), first);
  store.read_anew();
  auto const second = store.read<int>("a", [] { return make(2); });
  EXPECT_EQ(*second, 2);
  EXPECT_EQ(*first, 1);
  EXPECT_EQ(store.read<int>("a", [] { return make(3); }), second);
  EXPECT_EQ(store.get<int>("a", [] { return make(6); }), table) << "not read from a file";
  EXPECT_EQ(store.hold().size(), 2u);
}

TEST(SharedStore, KeepsSingleObjects) {
  SharedStore store;
  std::weak_ptr<int> const kept = store.single<int>([] { return make(1); });
  EXPECT_FALSE(kept.expired());
  EXPECT_EQ(*store.single<int>(), 1);
  EXPECT_TRUE(store.hold().empty());
}

}  // namespace
}  // namespace warpline
