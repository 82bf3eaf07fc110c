// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/batch.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace warpline {
namespace {

TEST(BatchPool, HandsOutEachBatchOnceAndKeepsAReserve) {
  BatchPool pool(4);
  std::vector<BatchPtr> held;
  while (auto batch = pool.allocate(1)) held.push_back(std::move(batch));
  EXPECT_EQ(held.size(), 3u);
  held.push_back(pool.allocate());
  ASSERT_TRUE(held.back());
  EXPECT_FALSE(pool.allocate());
  EXPECT_EQ(pool.in_use(), 4u);
  held.clear();
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST(BatchPool, GivesOutCleanBatches) {
  BatchPool pool(1);
  {
    auto batch = pool.allocate();
    batch->add(Packet{});
    batch->device = 3;
    batch->kernels_done = 2;
    batch->received = 99;
  }
  auto batch = pool.allocate();
  EXPECT_TRUE(batch->empty());
  EXPECT_EQ(batch->device, kOwnCore);
  EXPECT_EQ(batch->kernels_done, 0);
  EXPECT_EQ(batch->received, 0u);
}

TEST(BatchPool, TakesBatchesBackFromOtherThreads) {
  BatchPool pool(64);
  for (int round = 0; round < 200; ++round) {
    std::vector<BatchPtr> a, b;
    for (int i = 0; i < 32; ++i) a.push_back(pool.allocate()), b.push_back(pool.allocate());
    std::thread first([&] { a.clear(); });
    std::thread second([&] { b.clear(); });
    first.join();
    second.join();
    ASSERT_EQ(pool.in_use(), 0u);
  }
}

TEST(BatchPool, LiesInTheMemoryItIsGiven) {
  std::vector<std::byte> room(64 * 1024 + 64);
  std::pmr::monotonic_buffer_resource arena(room.data(), room.size(),
                                            std::pmr::null_memory_resource());
  BatchPool pool(2, &arena);
  auto batch = pool.allocate();
  auto const* const place = reinterpret_cast<std::byte const*>(batch->slots());
  EXPECT_TRUE(place >= room.data() && place < room.data() + room.size());
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(batch->results()) % 64, 0u);
}

}  // namespace
}  // namespace warpline
