// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/handover.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "core/element/waker.hpp"

namespace warpline {
namespace {

class CountingWaker final : public Waker {
 public:
  void wake() noexcept override { ++wakes; }
  bool watch(int) noexcept override { return false; }
  std::atomic<unsigned> wakes{0};
};

TEST(HandoverRing, LeavesABatchWithTheProducerIfItIsFull) {
  BatchPool pool(3);
  HandoverRing ring(2);
  auto first = pool.allocate(), second = pool.allocate(), third = pool.allocate();
  auto* const first_batch = first.get();
  EXPECT_TRUE(ring.push(first));
  EXPECT_FALSE(first) << "the ring owns it";
  EXPECT_TRUE(ring.push(second));
  EXPECT_FALSE(ring.push(third));
  EXPECT_TRUE(third);
  EXPECT_EQ(ring.pop().get(), first_batch);
  EXPECT_TRUE(ring.push(third));
}

TEST(HandoverRing, IsFinishedWhenItIsClosedAndEmpty) {
  BatchPool pool(1);
  HandoverRing ring(2);
  auto batch = pool.allocate();
  ring.push(batch);
  EXPECT_FALSE(ring.finished());
  ring.close();
  EXPECT_FALSE(ring.finished()) << "a batch is inside";
  EXPECT_TRUE(ring.pop());
  EXPECT_TRUE(ring.finished());
  EXPECT_FALSE(ring.pop());
}

TEST(HandoverRing, WakesOnceForEachArm) {
  BatchPool pool(2);
  HandoverRing ring(2);
  CountingWaker waker;
  auto first = pool.allocate(), second = pool.allocate();
  ring.arm(waker);
  ring.arm(waker);
  ring.push(first);
  ring.push(second);
  EXPECT_EQ(waker.wakes, 1u);
  ring.arm(waker);
  ring.close();
  EXPECT_EQ(waker.wakes, 2u);
}

TEST(HandoverRing, GivesBatchesThatAreLeftBackToTheirPool) {
  BatchPool pool(2);
  {
    HandoverRing ring(2);
    auto batch = pool.allocate();
    ring.push(batch);
    EXPECT_EQ(pool.in_use(), 1u);
  }
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST(HandoverRing, LosesNoWakeUpBetweenTwoThreads) {
  constexpr unsigned kBatches = 20'000;
  BatchPool pool(8);
  HandoverRing ring(4);
  CountingWaker waker;
  std::thread producer([&] {
    for (unsigned i = 0; i < kBatches; ++i) {
      BatchPtr batch;
      while (!(batch = pool.allocate())) std::this_thread::yield();
      batch->received = i;
      while (!ring.push(batch)) std::this_thread::yield();
    }
    ring.close();
  });
  unsigned received = 0;
  while (!ring.finished()) {
    if (auto batch = ring.pop()) {
      EXPECT_EQ(batch->received, received++) << "batches keep their order";
      continue;
    }
    auto const before = waker.wakes.load();
    ring.arm(waker);
    if (auto batch = ring.pop()) {
      EXPECT_EQ(batch->received, received++);
      continue;
    }
    while (waker.wakes.load() == before && !ring.finished()) std::this_thread::yield();
  }
  producer.join();
  EXPECT_EQ(received, kBatches);
}

TEST(Handover, GivesEachComputeWorkerToOneIoWorker) {
  Handover const handover(2, 5, 1);
  EXPECT_THAT(handover.served_by(0), testing::ElementsAre(0, 2, 4));
  EXPECT_THAT(handover.served_by(1), testing::ElementsAre(1, 3));
}

TEST(Handover, HasARingInForEachPortAndOneRingOut) {
  Handover handover(1, 2, 3);
  std::vector<HandoverRing*> rings;
  for (unsigned compute = 0; compute < 2; ++compute) {
    for (unsigned port = 0; port < 3; ++port) rings.push_back(&handover.in(compute, port));
    rings.push_back(&handover.out(compute));
  }
  std::sort(rings.begin(), rings.end());
  EXPECT_EQ(std::unique(rings.begin(), rings.end()), rings.end());
}

}  // namespace
}  // namespace warpline
