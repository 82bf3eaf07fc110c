// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/database/spi_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <thread>

namespace warpline::ipsec {
namespace {

std::optional<IpAddress> const kAnywhere;

IpAddress address_of(char const* text) { return *parse_ip_address(text); }
SpiKey towards(std::uint32_t spi, char const* text) { return SpiKey::of(spi, address_of(text)); }

struct SpiTableTest : ::testing::Test {
  Quiescence domain;
  SpiTable table{domain};
};

TEST_F(SpiTableTest, FindsASaForAnyDestination) {
  EXPECT_TRUE(table.add(0x1001, kAnywhere, 7));
  EXPECT_TRUE(table.add(0xffffffff, kAnywhere, 0));
  EXPECT_TRUE(table.add(0x100, kAnywhere, SpiTable::kMaxIndex));
  EXPECT_EQ(table.find(towards(0x1001, "10.0.0.1")), 7u);
  EXPECT_EQ(table.find(towards(0x1001, "2001:db8::1")), 7u);
  EXPECT_EQ(table.find(towards(0xffffffff, "10.0.0.1")), 0u);
  EXPECT_EQ(table.find(towards(0x100, "10.0.0.1")), SpiTable::kMaxIndex);
  EXPECT_EQ(table.find(towards(0x1002, "10.0.0.1")), SpiTable::kNone);
  EXPECT_EQ(table.find(towards(0, "0.0.0.0")), SpiTable::kNone);
  EXPECT_EQ(table.size(), 3u);
}

TEST_F(SpiTableTest, TellsDestinationsApart) {
  EXPECT_TRUE(table.add(0x1001, address_of("10.0.0.1"), 1));
  EXPECT_TRUE(table.add(0x1001, address_of("10.0.0.2"), 2));
  EXPECT_TRUE(table.add(0x1001, address_of("2001:db8::1"), 3));
  EXPECT_EQ(table.find(towards(0x1001, "10.0.0.1")), 1u);
  EXPECT_EQ(table.find(towards(0x1001, "10.0.0.2")), 2u);
  EXPECT_EQ(table.find(towards(0x1001, "2001:db8::1")), 3u);
  EXPECT_EQ(table.find(towards(0x1001, "10.0.0.3")), SpiTable::kNone);
  EXPECT_EQ(table.find(towards(0x1001, "2001:db8::2")), SpiTable::kNone);
  EXPECT_TRUE(table.add(0x1001, kAnywhere, 4));
  EXPECT_EQ(table.find(towards(0x1001, "10.0.0.1")), 1u) << "its own before one for any";
  EXPECT_EQ(table.find(towards(0x1001, "10.0.0.3")), 4u);
}

TEST_F(SpiTableTest, AnIpv4DestinationIsNotAnIpv6OneWithTheSameBytes) {
  EXPECT_TRUE(table.add(0x1001, address_of("10.0.0.1"), 1));
  EXPECT_EQ(table.find(towards(0x1001, "a00:1::")), SpiTable::kNone);
}

TEST_F(SpiTableTest, RefusesASecondForTheSame) {
  EXPECT_TRUE(table.add(0x1001, kAnywhere, 1));
  EXPECT_FALSE(table.add(0x1001, kAnywhere, 2));
  EXPECT_TRUE(table.add(0x1001, address_of("10.0.0.1"), 3));
  EXPECT_FALSE(table.add(0x1001, address_of("10.0.0.1"), 4));
  EXPECT_EQ(table.size(), 2u);
  EXPECT_EQ(table.find(towards(0x1001, "10.0.0.1")), 3u);
}

TEST_F(SpiTableTest, RemovesWhatIsThere) {
  table.add(0x1001, kAnywhere, 1);
  EXPECT_FALSE(table.remove(0x1001, address_of("10.0.0.1")));
  table.add(0x1001, address_of("10.0.0.1"), 2);
  EXPECT_TRUE(table.remove(0x1001, address_of("10.0.0.1")));
  EXPECT_EQ(table.find(towards(0x1001, "10.0.0.1")), 1u);
  EXPECT_TRUE(table.remove(0x1001, kAnywhere));
  EXPECT_FALSE(table.remove(0x1001, kAnywhere));
  EXPECT_EQ(table.find(towards(0x1001, "10.0.0.1")), SpiTable::kNone);
  EXPECT_TRUE(table.add(0x1001, kAnywhere, 5));
  EXPECT_EQ(table.find(towards(0x1001, "10.0.0.1")), 5u);
  EXPECT_EQ(table.size(), 1u);
}

TEST_F(SpiTableTest, RetiresATableThatIsReplacedUntilReadersHavePassed) {
  Quiescence::Reader reader(domain);
  for (std::uint32_t i = 0; i < 1000; ++i) table.add(0x1000 + i, kAnywhere, i);
  EXPECT_GT(domain.collect(), 0u);
  reader.online();
  EXPECT_EQ(domain.collect(), 0u);
}

TEST_F(SpiTableTest, AgreesWithAMapThroughTwoHundredThousandChanges) {
  std::mt19937 random(4303);
  std::map<std::pair<std::uint32_t, int>, std::uint32_t> expected;
  char const* const ends[] = {"10.0.0.1", "10.0.0.2", "2001:db8::1"};
  for (std::uint32_t i = 0; i < 200'000; ++i) {
    auto const spi = static_cast<std::uint32_t>(0x100 + random() % 3000);
    int const end = static_cast<int>(random() % 4) - 1;  // -1: any
    auto const destination = end < 0 ? kAnywhere : address_of(ends[end]);
    std::pair const key{spi, end};
    if (random() % 2 == 0)
      ASSERT_EQ(table.add(spi, destination, i), expected.emplace(key, i).second);
    else
      ASSERT_EQ(table.remove(spi, destination), expected.erase(key) == 1);
    if (i % 64 == 0) domain.collect();
  }
  EXPECT_EQ(table.size(), expected.size());
  std::vector<SpiKey> keys;
  std::vector<std::uint32_t> single, batch;
  for (std::uint32_t spi = 0xff; spi < 0x100 + 3001; ++spi)
    for (int end = 0; end < 3; ++end) {
      keys.push_back(towards(spi, ends[end]));
      auto entry = expected.find({spi, end});
      if (entry == expected.end()) entry = expected.find({spi, -1});
      single.push_back(table.find(keys.back()));
      ASSERT_EQ(single.back(), entry == expected.end() ? SpiTable::kNone : entry->second);
    }
  batch.resize(keys.size());
  table.find(keys, batch.data());
  EXPECT_EQ(batch, single);
}

TEST_F(SpiTableTest, HoldsAHundredThousand) {
  for (std::uint32_t i = 0; i < 100'000; ++i) ASSERT_TRUE(table.add(0x100 + 7 * i, kAnywhere, i));
  for (std::uint32_t i = 0; i < 100'000; ++i)
    ASSERT_EQ(table.find(SpiKey{0x100 + 7 * i, 4, {}}), i);
}

TEST_F(SpiTableTest, ReadersAlwaysFindWhatStays) {
  constexpr std::uint32_t kStaying = 400, kComing = 3000;
  auto const end = address_of("10.0.0.1");
  for (std::uint32_t i = 0; i < kStaying; ++i)
    table.add(0x1000 + i, i % 2 == 0 ? kAnywhere : std::optional(end), i);
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> missed{0}, wrong{0}, turns{0};
  std::vector<std::thread> readers;
  for (unsigned thread = 0; thread < 3; ++thread)
    readers.emplace_back([&, thread] {
      Quiescence::Reader reader(domain);
      std::mt19937 random(thread);
      while (!stop.load(std::memory_order_relaxed)) {
        SpiKey keys[32];
        std::uint32_t indices[32];
        for (auto& key : keys)
          key =
              SpiKey::of(0x1000 + static_cast<std::uint32_t>(random() % (kStaying + kComing)), end);
        table.find(keys, indices);
        for (unsigned i = 0; i < 32; ++i) {
          auto const expected = keys[i].spi - 0x1000;
          if (indices[i] == expected) continue;
          if (expected < kStaying)
            missed.fetch_add(1, std::memory_order_relaxed);
          else if (indices[i] != SpiTable::kNone)
            wrong.fetch_add(1, std::memory_order_relaxed);
        }
        reader.online();
        turns.fetch_add(1, std::memory_order_relaxed);
      }
    });
  // A reader of the writer's own keeps replaced tables for a while.
  Quiescence::Reader own(domain);
  std::mt19937 random(99);
  std::size_t max_waiting = 0;
  for (unsigned i = 0; i < 60'000 || turns.load(std::memory_order_relaxed) < 1000; ++i) {
    auto const index = kStaying + static_cast<std::uint32_t>(random() % kComing);
    auto const destination = index % 3 == 0 ? kAnywhere : std::optional(end);
    if (!table.add(0x1000 + index, destination, index)) table.remove(0x1000 + index, destination);
    max_waiting = std::max(max_waiting, domain.collect());
    if (i % 256 == 0) {
      own.online();
      std::this_thread::yield();
    }
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(missed.load(), 0u);
  EXPECT_EQ(wrong.load(), 0u);
  EXPECT_GT(max_waiting, 0u) << "no table was replaced";
}

}  // namespace
}  // namespace warpline::ipsec
