// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/fifo.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace warpline {
namespace {

TEST(Fifo, KeepsOrderAroundItsEnd) {
  Fifo<unsigned> fifo(3);
  EXPECT_TRUE(fifo.empty());
  unsigned pushed = 0, popped = 0;
  for (unsigned round = 0; round < 10; ++round) {
    while (fifo.size() < 3) fifo.push(pushed++);
    for (unsigned i = 0; i < 2; ++i) {
      EXPECT_EQ(fifo.front(), popped);
      EXPECT_EQ(fifo.pop(), popped++);
    }
  }
  EXPECT_EQ(fifo.pop(), popped);
  EXPECT_TRUE(fifo.empty());
}

TEST(Fifo, PassesOnWhatItemsOwn) {
  auto const owned = std::make_shared<int>(1);
  Fifo<std::shared_ptr<int>> fifo(2);
  fifo.push(owned);
  EXPECT_EQ(fifo.pop(), owned);
  EXPECT_EQ(owned.use_count(), 1) << "the queue keeps a copy";
}

}  // namespace
}  // namespace warpline
