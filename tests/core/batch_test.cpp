// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/packet/batch.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace warpline {
namespace {

TEST(Batch, SumsLengthsAnewAfterWhateverMayHaveChangedOne) {
  BatchPool pool(1);
  auto batch = pool.allocate();
  EXPECT_EQ(batch->bytes(), 0u);
  Packet packet{};
  packet.length = 60;
  batch->add(packet);
  EXPECT_EQ(batch->bytes(), 60u);
  batch->add(packet);
  EXPECT_EQ(batch->bytes(), 120u);
  (*batch)[0].length = 100;
  EXPECT_EQ(batch->bytes(), 160u);
  batch->packets()[1].length = 1000;
  EXPECT_EQ(batch->bytes(), 1100u);
  batch->slots()[1].length = 1;
  EXPECT_EQ(batch->bytes(), 101u);
  batch->resize(1);
  EXPECT_EQ(batch->bytes(), 100u);
  batch.reset();
  EXPECT_EQ(pool.allocate()->bytes(), 0u);
}

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
  EXPECT_EQ(batch->device, kCpuDevice);
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

TEST(BatchPool, MayChangeTheThreadItServes) {
  BatchPool pool(8);
  std::vector<BatchPtr> held;
  for (int round = 0; round < 50; ++round)
    std::thread([&] {
      held.clear();  // of the thread before
      for (int i = 0; i < 8; ++i) held.push_back(pool.allocate());
      held.resize(4);
      for (int i = 0; i < 4; ++i) held.push_back(pool.allocate());
      for (auto const& batch : held) ASSERT_TRUE(batch);
      ASSERT_FALSE(pool.allocate());
    }).join();
  held.clear();
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST(BatchPool, TakesBatchesBackFromAnotherThreadWhileItHandsOut) {
  constexpr int kRounds = 20000;
  BatchPool pool(16);
  std::atomic<Batch*> given{nullptr};
  std::thread other([&] {
    for (int round = 0; round < kRounds; ++round) {
      Batch* batch = nullptr;
      while ((batch = given.exchange(nullptr, std::memory_order_acquire)) == nullptr)
        std::this_thread::yield();
      BatchDeleter()(batch);
    }
  });
  for (int round = 0; round < kRounds; ++round) {
    auto mine = pool.allocate(), theirs = pool.allocate();
    ASSERT_TRUE(mine && theirs);
    while (given.load(std::memory_order_relaxed) != nullptr) std::this_thread::yield();
    given.store(theirs.release(), std::memory_order_release);
  }
  other.join();
  EXPECT_EQ(pool.in_use(), 0u);
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
