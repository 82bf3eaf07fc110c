// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/quiescence.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace warpline::ipsec {
namespace {

/// Counts how many are alive, and spoils itself when it goes.
struct Counted {
  explicit Counted(int& alive_) : alive(alive_) { ++alive; }
  ~Counted() {
    --alive;
    value = 0;
  }
  int& alive;
  std::uint64_t value = 4301;
};

struct QuiescenceTest : ::testing::Test {
  int alive = 0;
  Quiescence domain;
  void retire() { domain.retire(std::make_unique<Counted>(alive)); }
};

TEST_F(QuiescenceTest, DestroysAtOnceWithoutReaders) {
  retire();
  EXPECT_EQ(alive, 1) << "not before the writer collects";
  EXPECT_EQ(domain.collect(), 0u);
  EXPECT_EQ(alive, 0);
}

TEST_F(QuiescenceTest, WaitsForEveryReader) {
  Quiescence::Reader first(domain), second(domain);
  retire();
  EXPECT_EQ(domain.collect(), 1u);
  first.online();
  EXPECT_EQ(domain.collect(), 1u);
  second.online();
  EXPECT_EQ(domain.collect(), 0u);
  EXPECT_EQ(alive, 0);
}

TEST_F(QuiescenceTest, WhatAReaderDidBeforeDoesNotCount) {
  Quiescence::Reader reader(domain);
  reader.online();
  retire();
  EXPECT_EQ(domain.collect(), 1u);
  EXPECT_EQ(alive, 1);
}

TEST_F(QuiescenceTest, DestroysTheOldestFirst) {
  Quiescence::Reader reader(domain);
  retire();
  reader.online();
  retire();
  EXPECT_EQ(domain.collect(), 1u);
  EXPECT_EQ(alive, 1);
}

TEST_F(QuiescenceTest, WaitsForNoReaderThatSleepsOrIsGone) {
  Quiescence::Reader sleeper(domain);
  {
    Quiescence::Reader const gone(domain);
    sleeper.offline();
    retire();
    EXPECT_EQ(domain.collect(), 1u);
  }
  EXPECT_EQ(domain.collect(), 0u);
  sleeper.online();
  retire();
  EXPECT_EQ(domain.collect(), 1u) << "who is awake again is waited for";
  sleeper.offline();
  EXPECT_EQ(domain.collect(), 0u);
}

TEST_F(QuiescenceTest, ANewReaderHasPassedWhatWasBefore) {
  retire();
  Quiescence::Reader const reader(domain);
  EXPECT_EQ(domain.collect(), 0u);
}

TEST_F(QuiescenceTest, DestroysWhatWaitsWithItself) {
  {
    Quiescence other;
    other.retire(std::make_unique<Counted>(alive));
  }
  EXPECT_EQ(alive, 0);
}

TEST_F(QuiescenceTest, ReadersNeverSeeADestroyedObject) {
  std::atomic<Counted*> current{new Counted(alive)};
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> wrong{0}, seen{0};
  std::vector<std::thread> readers;
  for (unsigned i = 0; i < 3; ++i)
    readers.emplace_back([&, i] {
      Quiescence::Reader reader(domain);
      for (unsigned turn = 0; !stop.load(std::memory_order_relaxed); ++turn) {
        for (unsigned use = 0; use < 8; ++use)
          wrong += current.load(std::memory_order_acquire)->value != 4301 ? 1u : 0u;
        seen.fetch_add(1, std::memory_order_relaxed);
        reader.offline();
        if (turn % 16 == i) std::this_thread::yield();
        reader.online();
      }
    });
  // As long as it takes for readers to have been at work, whatever the machine is busy with. A
  // reader of the writer's own sees to it that objects wait.
  Quiescence::Reader own(domain);
  std::size_t max_waiting = 0;
  for (unsigned i = 0; i < 2000 || seen.load(std::memory_order_relaxed) < 1000; ++i) {
    auto* const next = new Counted(alive);
    std::unique_ptr<Counted> old(current.exchange(next, std::memory_order_acq_rel));
    domain.retire(std::move(old));
    max_waiting = std::max(max_waiting, domain.collect());
    if (i % 16 == 0) own.online();
    if (i % 64 == 0) std::this_thread::yield();
  }
  own.offline();
  stop = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(domain.collect(), 0u);
  EXPECT_EQ(alive, 1);
  EXPECT_EQ(wrong.load(), 0u);
  EXPECT_GE(max_waiting, 15u);
  delete current.load();
}

}  // namespace
}  // namespace warpline::ipsec
