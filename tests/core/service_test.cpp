// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/service.hpp"

#include <gtest/gtest.h>

#include "core/element/shared.hpp"

namespace warpline {
namespace {

TEST(Services, AreOneListForAllElementsOfAProgram) {
  SharedStore shared, other;
  Services::of(shared)->add(std::make_shared<Service>());
  EXPECT_EQ(Services::of(shared)->all().size(), 1u);
  EXPECT_TRUE(Services::of(other)->all().empty());
}

TEST(Service, HasNothingToDoUnlessItOverridesAFunction) {
  Service service;
  EXPECT_NO_THROW(service.check());
  EXPECT_TRUE(service.plan(1).empty());
  EXPECT_TRUE(service.poll().empty());
  EXPECT_TRUE(service.close().empty());
  EXPECT_TRUE(service.commands().empty());
}

TEST(Shared, KeepsAGenerationWhileSomethingReadsIt) {
  auto const first = std::make_shared<int const>(1);
  std::weak_ptr<int const> const weak = first;
  Shared<int> shared(first);
  auto reader = shared.current();
  shared.replace(std::make_shared<int const>(2));
  EXPECT_EQ(*shared.current(), 2);
  EXPECT_EQ(*reader, 1);
  EXPECT_EQ(weak.use_count(), 2) << "the test and the reader; not the store";
}

}  // namespace
}  // namespace warpline
