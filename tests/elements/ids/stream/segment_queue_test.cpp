// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/stream/segment_queue.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace warpline::ids {
namespace {

Bytes bytes_of(std::string const& text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()),
          static_cast<std::uint32_t>(text.size())};
}

/// A queue with its pool, and what it gives as text.
struct Queue {
  BlockPool pool;
  SegmentQueue queue;

  explicit Queue(std::size_t blocks = 64) : pool(blocks * BlockPool::kBlockSize) {}
  SegmentQueue::Inserted insert(std::uint32_t offset, std::string const& text,
                                OverlapPolicy policy = OverlapPolicy::kFirst) {
    return queue.insert(pool, offset, bytes_of(text), policy);
  }
  std::string take(std::uint32_t offset) {
    std::string text;
    auto const end = queue.take_front(pool, offset, [&](Bytes part) {
      text.append(reinterpret_cast<char const*>(part.data), part.size);
    });
    EXPECT_EQ(end - offset, text.size());
    return text;
  }
};

struct NamedPolicy {
  OverlapPolicy policy;
  char const* name;
};

constexpr NamedPolicy kPolicies[] = {
    {OverlapPolicy::kBsd, "Bsd"},
    {OverlapPolicy::kBsdRight, "BsdRight"},
    {OverlapPolicy::kLinux, "Linux"},
    {OverlapPolicy::kFirst, "First"},
    {OverlapPolicy::kLast, "Last"},
    {OverlapPolicy::kWindows, "Windows"},
    {OverlapPolicy::kSolaris, "Solaris"},
    {OverlapPolicy::kTcpLinux, "TcpLinux"},
    {OverlapPolicy::kTcpOldLinux, "TcpOldLinux"},
    {OverlapPolicy::kTcpSolaris, "TcpSolaris"},
};

/// The rules of the papers in words of their own, on whole numbers that do not wrap.
bool reference_later_wins(OverlapPolicy policy, std::int64_t begin, std::int64_t end,
                          std::int64_t later_begin, std::int64_t later_end) {
  bool const before = later_begin < begin, together = later_begin == begin;
  bool const beyond = later_end > end, same_end = later_end == end;
  switch (policy) {
    case OverlapPolicy::kBsd:
      return before;
    case OverlapPolicy::kBsdRight:
      return !before;
    case OverlapPolicy::kLinux:
      return before || together;
    case OverlapPolicy::kFirst:
      return false;
    case OverlapPolicy::kLast:
      return true;
    case OverlapPolicy::kWindows:
      return before && beyond;
    case OverlapPolicy::kSolaris:
      return before && (beyond || same_end);
    case OverlapPolicy::kTcpLinux:
      return before || (together && beyond);
    case OverlapPolicy::kTcpOldLinux:
      return before || (together && (beyond || same_end));
    case OverlapPolicy::kTcpSolaris:
      return beyond || (same_end && (before || together));
  }
  return false;
}

class OverlapPolicies : public ::testing::TestWithParam<NamedPolicy> {};

/// Each byte of the reference remembers its piece.
TEST_P(OverlapPolicies, ChooseTheBytesThatAByteMapChooses) {
  struct Byte {
    std::int64_t begin, end;
    char value;
  };
  auto const policy = GetParam().policy;
  Queue queue(256);
  for (unsigned seed = 0; seed < 20000; ++seed) {
    std::mt19937 random(seed);
    bool const large = seed % 64 == 0;
    auto const number = [&](std::int64_t limit) {
      return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(limit));
    };
    std::int64_t const space = large ? 6000 : 60;
    std::uint32_t const base = seed % 3 == 0 ? 0xffffffe0u : static_cast<std::uint32_t>(random());
    std::map<std::int64_t, Byte> map;
    std::int64_t taken = 0;
    auto const pieces = 2 + number(12);
    for (std::int64_t i = 0; i < pieces; ++i) {
      auto const begin = taken + number(space);
      auto const size = 1 + number(space / 2);
      std::string text(static_cast<std::size_t>(size), ' ');
      for (auto& character : text) character = static_cast<char>('a' + random() % 2);
      std::uint32_t accepted = 0;
      bool overlaps = false, different = false, first_byte = false;
      for (std::int64_t at = begin; at < begin + size; ++at) {
        auto const value = text[static_cast<std::size_t>(at - begin)];
        auto const known = map.find(at);
        if (known != map.end()) {
          overlaps = true;
          different = different || known->second.value != value;
          if (!reference_later_wins(policy, known->second.begin, known->second.end, begin,
                                    begin + size))
            continue;
        }
        map[at] = {begin, begin + size, value};
        ++accepted;
        first_byte = first_byte || at == begin;
      }
      auto const result = queue.insert(base + static_cast<std::uint32_t>(begin), text, policy);
      ASSERT_EQ(result.accepted, accepted) << seed;
      ASSERT_EQ(result.first_byte, first_byte) << seed;
      ASSERT_EQ(result.overlaps, overlaps) << seed;
      ASSERT_EQ(result.different, different) << seed;
      ASSERT_FALSE(result.out_of_memory || result.refused) << seed;
      ASSERT_EQ(queue.queue.bytes(), map.size()) << seed;
      if (random() % 4 != 0 && i + 1 < pieces) continue;
      std::string expected;
      for (auto known = map.begin(); known != map.end() && known->first <= taken;) {
        if (known->first == taken) {
          expected += known->second.value;
          ++taken;
        }
        known = map.erase(known);
      }
      ASSERT_EQ(queue.take(base + static_cast<std::uint32_t>(taken) -
                           static_cast<std::uint32_t>(expected.size())),
                expected)
          << seed;
    }
    if (!map.empty()) {
      taken = map.begin()->first;
      std::string expected;
      for (auto at = taken; map.contains(at); ++at) expected += map[at].value;
      ASSERT_EQ(queue.take(base + static_cast<std::uint32_t>(taken)), expected) << seed;
    }
    queue.queue.clear(queue.pool);
    ASSERT_EQ(queue.pool.in_use(), 0u) << seed;
    ASSERT_EQ(queue.queue.bytes(), 0u) << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Each, OverlapPolicies, ::testing::ValuesIn(kPolicies),
                         [](auto const& instance) { return instance.param.name; });

TEST(SegmentQueue, GivesBytesUpToTheNextGap) {
  Queue queue;
  queue.insert(10, "cd");
  queue.insert(8, "ab");
  queue.insert(20, "xyz");
  EXPECT_EQ(queue.take(7), "");
  EXPECT_EQ(queue.take(9), "bcd");
  EXPECT_EQ(queue.queue.bytes(), 3u);
  EXPECT_EQ(queue.queue.begin(queue.pool), 20u);
  EXPECT_EQ(queue.queue.end(queue.pool), 23u);
  EXPECT_EQ(queue.take(30), "");  // it lies before: removed
  EXPECT_TRUE(queue.queue.empty());
  EXPECT_EQ(queue.pool.in_use(), 0u);
}

TEST(SegmentQueue, ChangesNothingWithoutMemory) {
  Queue queue(4);
  EXPECT_EQ(queue.insert(100, std::string(1000, 'a')).accepted, 1000u);  // three blocks
  auto const result = queue.insert(50, std::string(1100, 'b'), OverlapPolicy::kFirst);
  EXPECT_TRUE(result.out_of_memory);  // a block before and a block after
  EXPECT_EQ(result.accepted, 0u);
  EXPECT_EQ(queue.pool.in_use(), 3u);
  EXPECT_EQ(queue.pool.exhausted(), 1u);
  // A piece that divides another one needs memory for the end of that one.
  EXPECT_TRUE(queue.insert(200, "b", OverlapPolicy::kLast).out_of_memory);
  EXPECT_EQ(queue.pool.in_use(), 3u);
  EXPECT_EQ(queue.insert(50, std::string(60, 'b')).accepted, 50u);
  EXPECT_EQ(queue.take(50), std::string(50, 'b') + std::string(1000, 'a'));
  EXPECT_EQ(queue.pool.in_use(), 0u);
}

TEST(SegmentQueue, RefusesAPieceFarFromBothEnds) {
  constexpr std::uint32_t kPieces = 3 * SegmentQueue::kMaxSteps;
  Queue queue(kPieces + 8);
  for (std::uint32_t i = 0; i < kPieces; ++i)
    ASSERT_EQ(queue.insert(10 + 4 * i, "a").accepted, 1u) << i;
  EXPECT_TRUE(queue.insert(10 + 4 * (kPieces / 2) + 1, "b").refused);
  EXPECT_EQ(queue.insert(10 + 4 * (SegmentQueue::kMaxSteps - 3) + 1, "b").accepted, 1u);
  EXPECT_EQ(queue.insert(10 + 4 * (kPieces - SegmentQueue::kMaxSteps + 3) + 1, "b").accepted, 1u);
  EXPECT_EQ(queue.queue.bytes(), kPieces + 2);
  EXPECT_TRUE(queue.insert(1u << 30, "b").refused);
  EXPECT_TRUE(queue.insert(10u - (1u << 30), "b").refused);
  queue.queue.clear(queue.pool);
  EXPECT_EQ(queue.pool.in_use(), 0u);
}

TEST(SegmentQueue, IgnoresPiecesWithoutBytes) {
  Queue queue;
  EXPECT_EQ(queue.insert(5, "").accepted, 0u);
  EXPECT_TRUE(queue.queue.empty());
}

}  // namespace
}  // namespace warpline::ids
