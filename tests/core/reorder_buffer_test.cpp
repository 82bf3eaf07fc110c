// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/reorder_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace warpline {
namespace {

constexpr std::size_t kCapacity = 8;

/// A batch that is known by its time of receipt.
BatchPtr numbered(BatchPool& pool, std::uint64_t number) {
  auto batch = pool.allocate();
  batch->received = number;
  return batch;
}

TEST(ReorderBuffer, BatchesLeaveInTheOrderInWhichTheyEntered) {
  BatchPool pool(kCapacity);
  ReorderBuffer buffer(kCapacity, true);
  auto const first = buffer.enter(), second = buffer.enter();
  EXPECT_FALSE(buffer.ready());
  buffer.finish(second, numbered(pool, 2), Outcome::kModified);
  EXPECT_FALSE(buffer.ready()) << "the first is still pending";
  buffer.finish(first, numbered(pool, 1), Outcome::kDone);
  ASSERT_TRUE(buffer.ready());
  auto entry = buffer.leave();
  EXPECT_EQ(entry.batch->received, 1u);
  EXPECT_EQ(entry.outcome, Outcome::kDone);
  ASSERT_TRUE(buffer.ready());
  EXPECT_FALSE(buffer.empty());
  entry = buffer.leave();
  EXPECT_EQ(entry.batch->received, 2u);
  EXPECT_EQ(entry.outcome, Outcome::kModified);
  EXPECT_FALSE(buffer.ready());
  EXPECT_TRUE(buffer.empty());
}

TEST(ReorderBuffer, UnorderedBatchesLeaveAsTheyFinish) {
  BatchPool pool(kCapacity);
  ReorderBuffer buffer(kCapacity, false);
  auto const first = buffer.enter(), second = buffer.enter();
  buffer.finish(second, numbered(pool, 2), Outcome::kDone);
  ASSERT_TRUE(buffer.ready());
  EXPECT_EQ(buffer.leave().batch->received, 2u);
  EXPECT_FALSE(buffer.ready());
  EXPECT_FALSE(buffer.empty()) << "the first is still inside";
  buffer.finish(first, numbered(pool, 1), Outcome::kDone);
  EXPECT_EQ(buffer.leave().batch->received, 1u);
  EXPECT_TRUE(buffer.empty());
}

TEST(ReorderBuffer, KeepsTheOrderThroughAnyScheduleAcrossItsCapacity) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    BatchPool pool(kCapacity);
    ReorderBuffer buffer(kCapacity, true);
    std::vector<std::uint64_t> pending;
    std::uint64_t inside = 0, next = 0;
    while (next < 200) {
      if (inside < kCapacity && random() % 2 == 0) {
        pending.push_back(buffer.enter());
        ++inside;
      }
      if (!pending.empty() && random() % 2 == 0) {
        std::swap(pending[random() % pending.size()], pending.back());
        buffer.finish(pending.back(), numbered(pool, pending.back()), Outcome::kDone);
        pending.pop_back();
      }
      for (; buffer.ready(); --inside) ASSERT_EQ(buffer.leave().batch->received, next++);
      ASSERT_EQ(buffer.empty(), inside == 0);
    }
  }
}

}  // namespace
}  // namespace warpline
