// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/model/replay_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <set>
#include <thread>
#include <vector>

namespace warpline::ipsec {
namespace {

/// RFC 4303 section 3.4.3 to the letter: every number ever accepted, and the highest.
class Oracle {
 public:
  explicit Oracle(std::uint64_t size) : size_(size) {}
  Replay check(std::uint64_t number) const {
    if (highest_ >= size_ && number <= highest_ - size_) return Replay::kTooOld;
    return number == 0 || accepted_.contains(number) ? Replay::kReplayed : Replay::kFresh;
  }
  Replay mark(std::uint64_t number) {
    auto const result = check(number);
    if (result == Replay::kFresh) accepted_.insert(number);
    highest_ = std::max(highest_, number);
    return result;
  }
  /// RFC 4303 appendix A2.2, with its names.
  std::uint64_t estimate(std::uint32_t seql) const {
    auto const tl = static_cast<std::uint32_t>(highest_),
               th = static_cast<std::uint32_t>(highest_ >> 32);
    auto const w = static_cast<std::uint32_t>(size_);
    auto const bl = tl - w + 1;  // modulo 2^32
    std::uint32_t seqh = 0;
    if (tl >= w - 1)
      seqh = seql >= bl ? th : th + 1;
    else if (th > 0)
      seqh = seql >= bl ? th - 1 : th;
    return std::uint64_t{seqh} << 32 | seql;
  }
  std::uint64_t highest() const { return highest_; }

 private:
  std::uint64_t size_, highest_ = 0;
  std::set<std::uint64_t> accepted_;
};

class ReplayWindowTest : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  std::uint32_t size() const { return GetParam(); }
};

TEST_P(ReplayWindowTest, RefusesNumberZero) {
  ReplayWindow window(size());
  EXPECT_EQ(window.check(0), Replay::kReplayed);
  EXPECT_EQ(window.mark(0), Replay::kReplayed);
  EXPECT_EQ(window.mark(1), Replay::kFresh);
  EXPECT_EQ(window.mark(0), Replay::kReplayed);
}

TEST_P(ReplayWindowTest, HasExactlyItsSize) {
  for (std::uint64_t highest : {std::uint64_t{size()}, std::uint64_t{size()} + 1,
                                std::uint64_t{5000}, std::uint64_t{0xffffffff}}) {
    for (std::uint64_t back = 0; back <= size() + 1u && back < highest; ++back) {
      ReplayWindow window(size());
      ASSERT_EQ(window.mark(highest), Replay::kFresh);
      auto const expected = back == 0       ? Replay::kReplayed
                            : back < size() ? Replay::kFresh
                                            : Replay::kTooOld;
      ASSERT_EQ(window.check(highest - back), expected) << highest << " - " << back;
      ASSERT_EQ(window.mark(highest - back), expected) << highest << " - " << back;
    }
  }
}

TEST_P(ReplayWindowTest, AcceptsTheLastNumbersThereAre) {
  constexpr std::uint64_t kLast = ~std::uint64_t{0};
  ReplayWindow window(size(), true);
  for (unsigned i = 0; i < size(); ++i) ASSERT_EQ(window.mark(kLast - i), Replay::kFresh);
  EXPECT_EQ(window.mark(kLast - size()), Replay::kTooOld);
  EXPECT_EQ(window.mark(kLast), Replay::kReplayed);
}

/// Random steps of every length, forwards and back, numbers again, and jumps of whole windows and
/// over the end of the low half; each checked, and marked by the method named.
template <class Mark>
void follow(std::uint32_t size, bool esn, Mark mark) {
  std::mt19937_64 random(size + (esn ? 1 : 0));
  for (unsigned round = 0; round < 40; ++round) {
    ReplayWindow window(size, esn);
    Oracle oracle(size);
    std::vector<std::uint64_t> sent;
    std::uint64_t sequence = esn && round % 2 == 0 ? 0xffffffff - 3000 : 1;
    unsigned answers[3] = {};
    for (unsigned step = 0; step < 3000; ++step) {
      auto const pick = random() % 64;
      if (pick == 0)
        sequence += random() % (4 * std::uint64_t{size});  // a jump, of more than the window too
      else if (pick == 1 && esn)
        sequence += random() % 0x7fffffff;
      else
        sequence += random() % 3;
      std::uint64_t number = sequence;
      if (pick > 40) number -= std::min(number, random() % (size + 40));
      if (pick > 56 && !sent.empty()) number = sent[random() % sent.size()];
      if (!esn) number = static_cast<std::uint32_t>(number);
      sent.push_back(number);
      auto const expected = oracle.check(number);
      ASSERT_EQ(window.check(number), expected) << "round " << round << " step " << step;
      if (pick % 4 == 0) continue;  // integrity failed: not marked
      ++answers[static_cast<unsigned>(expected)];
      ASSERT_EQ(mark(window, number), expected) << "round " << round << " step " << step;
      oracle.mark(number);
      ASSERT_EQ(window.highest(), oracle.highest());
      if (!esn) continue;
      for (auto const low : {static_cast<std::uint32_t>(random()),
                             static_cast<std::uint32_t>(window.highest() - size - 1 + random() % 4),
                             static_cast<std::uint32_t>(number)})
        ASSERT_EQ(window.estimate(low), oracle.estimate(low)) << window.highest() << ' ' << low;
    }
    for (auto const count : answers) ASSERT_GT(count, 20u);
  }
}

TEST_P(ReplayWindowTest, AgreesWithTheOracle) {
  for (bool const esn : {false, true})
    follow(size(), esn, [](auto& window, auto number) { return window.mark(number); });
}

TEST_P(ReplayWindowTest, AgreesWithTheOracleWhereOneThreadIsAlone) {
  for (bool const esn : {false, true})
    follow(size(), esn,
           [](auto& window, auto number) { return window.template mark<true>(number); });
}

/// Every packet is checked when it comes and marked after a delay of its own.
TEST_P(ReplayWindowTest, AcceptsOnceWhatWasCheckedLongBefore) {
  std::mt19937 random(size());
  ReplayWindow window(size());
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 1; i <= size(); ++i) numbers.insert(numbers.end(), {i, i});
  for (auto const number : numbers) ASSERT_EQ(window.check(number), Replay::kFresh);
  std::shuffle(numbers.begin(), numbers.end(), random);
  std::set<std::uint64_t> accepted;
  for (auto const number : numbers)
    ASSERT_EQ(window.mark(number) == Replay::kFresh, accepted.insert(number).second) << number;
}

TEST_P(ReplayWindowTest, FollowsTheLowHalfOverItsEnd) {
  ReplayWindow window(size(), true);
  std::uint64_t number = 1;
  for (unsigned wraps = 0; wraps < 3; ++wraps) {
    number |= 0xffffffff;
    window.mark(number - 0x80000000);  // a step of 2^32 or more looks like none
    number -= 500;
    for (unsigned i = 0; i < 1000; ++i, ++number) {
      auto const estimated = window.estimate(static_cast<std::uint32_t>(number));
      ASSERT_EQ(estimated, number);
      ASSERT_EQ(window.mark(estimated), Replay::kFresh);
      ASSERT_EQ(window.mark(window.estimate(static_cast<std::uint32_t>(number))),
                Replay::kReplayed);
    }
  }
  EXPECT_EQ(window.highest() >> 32, 3u);
}

TEST_P(ReplayWindowTest, MovesWithAllItKnows) {
  ReplayWindow window(size());
  for (std::uint64_t i = 1; i <= 3000; i += 2) window.mark(i);
  ReplayWindow const moved(std::move(window));
  EXPECT_EQ(moved.size(), size());
  for (std::uint64_t i = 3000; i > 3000 - size() && i > 0; --i)
    ASSERT_EQ(moved.check(i), i % 2 == 0 ? Replay::kFresh : Replay::kReplayed) << i;
}

TEST_P(ReplayWindowTest, GoesOnFromAnothersState) {
  std::mt19937 random(4303 + size());
  for (std::uint64_t const highest : {1UL, 31UL, 63UL, 64UL, 1000UL, 70'000UL, 0x5'0000'0003UL}) {
    std::vector<std::uint32_t> seen(1 + random() % (size() / 32));
    for (auto& word : seen) word = static_cast<std::uint32_t>(random());
    ReplayWindow window(size(), true);
    window.restore(highest, seen);
    ASSERT_EQ(window.highest(), highest);
    for (std::uint64_t back = 0; back < size() + 40 && back <= highest; ++back) {
      bool const known = back > 0 && back < 32 * seen.size() && back < highest;
      bool const fresh = known && (seen[back / 32] >> back % 32 & 1) == 0;
      auto const want = back >= size() ? Replay::kTooOld
                        : fresh        ? Replay::kFresh
                                       : Replay::kReplayed;
      ASSERT_EQ(window.check(highest - back), want) << highest << " - " << back;
      ASSERT_EQ(window.mark(highest - back), want) << highest << " - " << back;
    }
    ASSERT_EQ(window.mark(highest + 1), Replay::kFresh);
    ASSERT_EQ(window.estimate(static_cast<std::uint32_t>(highest + 2)), highest + 2);
  }
}

TEST_P(ReplayWindowTest, ResumesInTheMemoryOfAnother) {
  std::mt19937 random(size());
  std::vector<ReplayWindow::Word> memory(ReplayWindow::ring_words(size()));
  std::vector<std::uint64_t> marked;
  {
    ReplayWindow window(size(), true, memory.data());
    window.restore(0, {});
    for (unsigned i = 0; i < 1000; ++i) {
      auto const number = 1 + i + random() % 50;
      if (window.mark(number) == Replay::kFresh) marked.push_back(number);
    }
  }
  ReplayWindow resumed(size(), true, memory.data());
  ASSERT_TRUE(resumed.resume(marked.front()));
  auto const highest = resumed.highest();
  EXPECT_EQ(highest, *std::max_element(marked.begin(), marked.end()));
  auto const below = resumed.accepted_below(highest);
  for (std::uint64_t back = 0; back < size() && back < highest; ++back) {
    auto const number = highest - back;
    bool const known = std::find(marked.begin(), marked.end(), number) != marked.end();
    ASSERT_EQ(resumed.check(number), known ? Replay::kReplayed : Replay::kFresh) << number;
    ASSERT_EQ((below[back / 32] >> back % 32 & 1) != 0, known) << number;
  }
  ReplayWindow const moved(std::move(resumed));
  EXPECT_EQ(moved.highest(), highest);
  ReplayWindow other(size(), true, memory.data());
  EXPECT_FALSE(other.resume(highest + 1)) << "it never accepted that";
  EXPECT_EQ(other.highest(), 0u);
  EXPECT_EQ(other.check(0), Replay::kReplayed);
  EXPECT_EQ(other.check(highest), Replay::kFresh);
}

/// Threads mark the same numbers in different orders: each number is accepted by one at most, and
/// by one where none of the orders is longer than the window.
TEST_P(ReplayWindowTest, AcceptsEachNumberOnceWhateverTheThreads) {
  constexpr unsigned kThreads = 4, kRounds = 2000;
  ReplayWindow window(size(), true);
  unsigned const count = size() / 2;
  std::vector<std::atomic<unsigned>> accepted(count);
  std::atomic<unsigned> arrived{0};
  std::atomic<bool> right{true};
  auto const meet = [&arrived](unsigned goal) {
    arrived.fetch_add(1);
    while (arrived.load() < goal) std::this_thread::yield();
  };
  auto const work = [&](unsigned thread) {
    std::mt19937 random(thread);
    std::vector<std::uint64_t> order(count);
    unsigned goal = 0;
    std::uint64_t base = 0xffffffff - 100 * std::uint64_t{count};  // passes the end of the low half
    for (unsigned round = 0; round < kRounds; ++round, base += count) {
      for (unsigned i = 0; i < count; ++i) order[i] = base + 1 + i;
      std::shuffle(order.begin(), order.end(), random);
      meet(goal += kThreads);
      for (auto const number : order) {
        if (window.check(number) == Replay::kTooOld) right = false;
        if (window.mark(number) == Replay::kFresh) accepted[number - base - 1].fetch_add(1);
      }
      meet(goal += kThreads);
      if (thread == 0)
        for (auto& times : accepted)
          if (times.exchange(0) != 1) right = false;
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(right);
  EXPECT_EQ(window.highest(),
            0xffffffff - 100 * std::uint64_t{count} + kRounds * std::uint64_t{count});
}

/// Threads that run away from one another, over many windows: nothing twice, and the highest
/// always.
TEST_P(ReplayWindowTest, NeverAcceptsTwiceWhenThreadsAreFarApart) {
  constexpr unsigned kThreads = 4, kNumbers = 300'000;
  ReplayWindow window(size());
  std::vector<std::atomic<unsigned>> accepted(kNumbers + 1);
  std::atomic<unsigned> ready{0};
  auto const work = [&](unsigned thread) {
    std::mt19937 random(thread);
    ready.fetch_add(1);
    while (ready.load() < kThreads) std::this_thread::yield();
    for (unsigned i = 1; i <= kNumbers; ++i) {
      auto const back = static_cast<unsigned>(random() % (2UL * size()));
      for (auto const number : {i, i > back ? i - back : i})
        if (window.mark(number) == Replay::kFresh) accepted[number].fetch_add(1);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  for (auto& thread : threads) thread.join();
  for (unsigned i = 1; i <= kNumbers; ++i) ASSERT_EQ(accepted[i], 1u) << i;
}

INSTANTIATE_TEST_SUITE_P(Sizes, ReplayWindowTest, ::testing::Values(64, 65, 100, 128, 1024, 4096),
                         [](auto const& sizes) { return std::to_string(sizes.param); });

TEST(ReplayWindow, KeepsToSizesThereAre) {
  EXPECT_EQ(ReplayWindow(0).size(), 64u);
  EXPECT_EQ(ReplayWindow(1u << 20).size(), 4096u);
}

}  // namespace
}  // namespace warpline::ipsec
