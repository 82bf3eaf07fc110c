// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/stream/byte_chain.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace warpline::ids {
namespace {

Bytes bytes_of(std::string const& text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()),
          static_cast<std::uint32_t>(text.size())};
}

std::string copy_of(ByteChain const& chain, BlockPool const& pool, std::uint32_t offset,
                    std::uint32_t count) {
  std::string text(count, '\0');
  bool const copied = chain.copy(pool, offset, count, reinterpret_cast<std::uint8_t*>(text.data()));
  return copied ? text : "absent";
}

TEST(ByteChain, IsAsAString) {
  BlockPool pool(40 * BlockPool::kBlockSize);
  for (unsigned seed = 0; seed < 500; ++seed) {
    std::mt19937 random(seed);
    ByteChain chain{.begin = static_cast<std::uint32_t>(random())};
    std::string expected;
    for (unsigned step = 0; step < 60; ++step) {
      if (random() % 3 != 0) {
        std::string text(random() % 1500, ' ');
        for (auto& character : text) character = static_cast<char>(random());
        auto const taken = chain.append(pool, bytes_of(text));
        ASSERT_TRUE(taken == text.size() || pool.in_use() == pool.capacity());
        expected += text.substr(0, taken);
      } else {
        auto const count = static_cast<std::uint32_t>(random() % 2500);
        chain.discard_before(pool, chain.begin + count);
        expected.erase(0, count);
      }
      ASSERT_EQ(chain.size, expected.size());
      ASSERT_LE(pool.in_use(), chain.size / BlockPool::kDataSize + 2);
      auto const from = static_cast<std::uint32_t>(random() % (expected.size() + 1));
      auto const count = static_cast<std::uint32_t>(random() % (expected.size() - from + 1));
      ASSERT_EQ(copy_of(chain, pool, chain.begin + from, count), expected.substr(from, count));
      ASSERT_EQ(copy_of(chain, pool, chain.begin + from, chain.size - from + 1), "absent");
      ASSERT_FALSE(chain.has(chain.begin - 1, 1));
    }
    chain.clear(pool);
    ASSERT_EQ(pool.in_use(), 0u);
  }
}

TEST(ByteChain, TakesAsManyBytesAsThePoolHolds) {
  BlockPool pool(2 * BlockPool::kBlockSize + 100);
  ByteChain chain;
  EXPECT_EQ(chain.append(pool, bytes_of(std::string(2000, 'a'))), 2 * BlockPool::kDataSize);
  EXPECT_EQ(pool.exhausted(), 1u);
  EXPECT_EQ(chain.append(pool, bytes_of("b")), 0u);
  chain.discard_before(pool, BlockPool::kDataSize);
  EXPECT_EQ(pool.in_use(), 1u);
  EXPECT_EQ(chain.append(pool, bytes_of("bc")), 2u);
  EXPECT_EQ(copy_of(chain, pool, 2 * BlockPool::kDataSize - 1, 3), "abc");
  chain.discard_before(pool, 1u << 20);  // after the end
  EXPECT_EQ(chain.size, 0u);
  EXPECT_EQ(chain.begin, 2 * BlockPool::kDataSize + 2);
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST(BlockPool, GivesEachBlockOnce) {
  BlockPool pool(3 * BlockPool::kBlockSize);
  auto const first = pool.allocate(), second = pool.allocate(), third = pool.allocate();
  EXPECT_EQ(pool.allocate(), BlockPool::kNone);
  pool[first].next = second;
  EXPECT_EQ(pool.release_one(first), second);
  EXPECT_EQ(pool.allocate(), first);
  EXPECT_EQ(pool[first].next, BlockPool::kNone);
  pool[first].next = third;
  pool.release(first);
  pool.release(second);
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST(BlockPool, MayBeWithoutBlocks) {
  BlockPool pool(0);
  EXPECT_EQ(pool.allocate(), BlockPool::kNone);
}

}  // namespace
}  // namespace warpline::ids
