// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/task.hpp"

#include <gtest/gtest.h>

#include "core/base/clock.hpp"

namespace warpline {
namespace {

constexpr std::size_t kCapacity = 256;
constexpr TaskLimit kNoLimit{~0u, ~std::uint64_t{0}, 0};

class TaskBuilderTest : public ::testing::Test {
 protected:
  BatchPool pool{kCapacity};
  std::uint64_t tickets = 0;

  /// `packets` packets of `length` bytes.
  OrderedBatch batch(unsigned packets, std::uint16_t length = 100) {
    auto result = pool.allocate();
    Packet packet{};
    packet.length = length;
    for (unsigned i = 0; i < packets; ++i) result->add(packet);
    return {std::move(result), tickets++};
  }
};

TEST_F(TaskBuilderTest, ATaskIsFullAtItsPackets) {
  TaskBuilder builder(4, {}, kCapacity);
  TaskLimit const limit{100, ~std::uint64_t{0}, 0};
  builder.add(batch(60));
  EXPECT_EQ(builder.take_full(limit), nullptr);
  EXPECT_TRUE(builder.has_open());
  builder.add(batch(60));
  auto* task = builder.take_full(limit);
  ASSERT_NE(task, nullptr);
  EXPECT_EQ(task->packets, 120u);
  EXPECT_EQ(task->bytes, 12'000u);
  ASSERT_EQ(task->items.size(), 2u);
  EXPECT_EQ(task->items[1].count, 60u);
  EXPECT_EQ(task->items[1].results, task->batches[1].batch->results());
  EXPECT_EQ(task->batches[1].ticket, 1u);
  EXPECT_FALSE(builder.has_open());
}

TEST_F(TaskBuilderTest, ATaskIsFullAtItsBytes) {
  TaskBuilder builder(4, {}, kCapacity);
  TaskLimit const limit{~0u, 5'000, 0};
  builder.add(batch(49));
  EXPECT_EQ(builder.take_full(limit), nullptr);
  builder.add(batch(1));
  EXPECT_NE(builder.take_full(limit), nullptr);
}

TEST_F(TaskBuilderTest, ATaskIsFullAtTheMostItemsOfWork) {
  TaskBuilder builder(4, {}, kCapacity);
  for (unsigned i = 0; i < Work::kMaxItems; ++i) {
    EXPECT_EQ(builder.take_full(kNoLimit), nullptr);
    builder.add(batch(1));
  }
  auto* task = builder.take_full(kNoLimit);
  ASSERT_NE(task, nullptr);
  EXPECT_EQ(task->batches.size(), Work::kMaxItems);
}

TEST_F(TaskBuilderTest, ATaskNeverExceedsTheRoomOfItsLane) {
  Lane::Room room;
  room.packets = 256;
  room.bytes = 40'000;
  TaskBuilder builder(4, room, kCapacity);
  builder.add(batch(200));
  builder.add(batch(100));  // too many packets
  auto* task = builder.take_full(kNoLimit);
  ASSERT_NE(task, nullptr);
  EXPECT_EQ(task->packets, 200u);
  EXPECT_EQ(builder.take_full(kNoLimit), nullptr);
  builder.add(batch(30, 1000));  // 10,000 + 30,000 bytes and 16 for each of 130 packets
  task = builder.take_full(kNoLimit);
  ASSERT_NE(task, nullptr);
  EXPECT_EQ(task->packets, 100u);
  EXPECT_EQ(builder.take_full(kNoLimit), nullptr);
  EXPECT_EQ(builder.take_open()->packets, 30u);
}

TEST_F(TaskBuilderTest, BatchesWaitInOrderWhileAllTasksAreInUse) {
  TaskBuilder builder(2, {}, kCapacity);
  TaskLimit const limit{1, 1, 0};
  for (int i = 0; i < 5; ++i) builder.add(batch(1));
  auto* first = builder.take_full(limit);
  auto* second = builder.take_full(limit);
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(builder.take_full(limit), nullptr);
  EXPECT_EQ(builder.take_open(), nullptr);
  EXPECT_EQ(first->batches[0].ticket, 0u);
  EXPECT_EQ(second->batches[0].ticket, 1u);
  builder.recycle(*first);
  auto* third = builder.take_full(limit);
  ASSERT_EQ(third, first);
  EXPECT_EQ(third->packets, 1u);
  EXPECT_EQ(third->batches[0].ticket, 2u);
  EXPECT_EQ(builder.take_full(limit), nullptr);
}

TEST_F(TaskBuilderTest, TheOpenTaskIsOverdueAfterItsDeadline) {
  TaskBuilder builder(1, {}, kCapacity);
  EXPECT_FALSE(builder.overdue(cycles(), 0)) << "none is open";
  auto const before = cycles();
  builder.add(batch(1));
  builder.take_full(kNoLimit);
  auto const after = cycles();
  EXPECT_FALSE(builder.overdue(after, after - before + 1));
  EXPECT_TRUE(builder.overdue(after + 1000, 1000));
  auto* task = builder.take_open();
  ASSERT_NE(task, nullptr);
  EXPECT_FALSE(builder.overdue(after + 1000, 1000));
  builder.recycle(*task);
  EXPECT_EQ(task->packets, 0u);
}

}  // namespace
}  // namespace warpline
