// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/flow/flow_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace warpline::ids {
namespace {

FlowKey key(std::uint64_t number) {
  FlowKey key;
  key.addresses = {number, 0, ~number, 0};
  key.ports = {static_cast<std::uint16_t>(number), 80};
  key.protocol = 6;
  key.version = 4;
  return key;
}

struct Table {
  std::map<std::uint32_t, unsigned> removed;
  FlowTable table;
  explicit Table(std::uint32_t capacity, FlowTimeouts timeouts = {})
      : table(capacity, 7, timeouts, [this](std::uint32_t index, Flow&) { ++removed[index]; }) {}
  std::uint32_t find(std::uint64_t number) {
    return table.find(key(number), table.hash(key(number)));
  }
  std::uint32_t add(std::uint64_t number, std::uint32_t now = 0) {
    return table.add(key(number), table.hash(key(number)), now);
  }
};

/// Against a map, nearly full all the time.
TEST(FlowTable, FindsWhatIsInItAndNothingElse) {
  Table flows(200);
  std::map<std::uint64_t, std::uint32_t> expected;
  std::mt19937 random(3);
  for (unsigned step = 0; step < 50000; ++step) {
    std::uint64_t const number = random() % 400;
    auto const known = expected.find(number);
    auto const index = flows.find(number);
    ASSERT_EQ(index, known == expected.end() ? Flow::kNone : known->second) << step;
    if (index != Flow::kNone) {
      flows.table.remove(index);
      expected.erase(known);
    } else if (expected.size() < 200) {
      expected[number] = flows.add(number);
    }
    ASSERT_EQ(flows.table.size(), expected.size());
  }
}

TEST(FlowTable, EvictsTheOldestOfSomeThatAreNotHeld) {
  Table flows(3);
  auto const oldest = flows.add(1, 10), held = flows.add(2, 5);
  flows.add(3, 20);
  flows.table[held].held = 1;
  EXPECT_NE(flows.add(4, 30), Flow::kNone);
  EXPECT_EQ(flows.removed, (std::map<std::uint32_t, unsigned>{{oldest, 1}}));
  EXPECT_EQ(flows.table.evicted(), 1u);
  EXPECT_EQ(flows.find(1), Flow::kNone);
  EXPECT_EQ(flows.find(2), held);
  for (std::uint32_t i = 0; i < 3; ++i) flows.table[i].held = 1;
  EXPECT_EQ(flows.add(5, 40), Flow::kNone);
}

TEST(FlowTable, EvictsByAgeAfterMillisecondsHaveWrapped) {
  Table flows(2);
  auto const before = flows.add(1, 0xfffffff0);
  flows.add(2, 5);
  EXPECT_EQ(flows.add(3, 10), before);
  EXPECT_EQ(flows.find(1), Flow::kNone);
}

TEST(FlowTable, ExpiresByTheStateOfAFlow) {
  Table flows(8, {.fresh = 10, .established = 100});
  flows.add(1, 0);
  auto const established = flows.add(2, 0);
  flows.table[established].state = FlowState::kEstablished;
  EXPECT_EQ(flows.table.expire(9'999, 8), 0u);
  EXPECT_EQ(flows.table.expire(10'000, 8), 1u);
  EXPECT_EQ(flows.find(2), established);
  EXPECT_EQ(flows.table.expire(100'000, 8), 1u);
  EXPECT_EQ(flows.table.size(), 0u);
}

TEST(FlowTable, RemovesAllAtTheEnd) {
  Table flows(100);
  for (unsigned i = 0; i < 60; ++i) flows.add(i);
  flows.table.clear();
  EXPECT_EQ(flows.removed.size(), 60u);
  EXPECT_EQ(flows.table.size(), 0u);
}

TEST(FlowTable, FitsAMillionFlowsIn160MegabytesWithoutTcp) {
  EXPECT_LE(FlowTable::bytes(1'000'000), 160u << 20);
}

TEST(FlowKey, IsTheSameForBothDirections) {
  std::uint8_t forth[20]{0x45}, back[20]{0x45};
  std::uint8_t const a[] = {10, 0, 0, 1}, b[] = {10, 0, 0, 2};
  std::copy(a, a + 4, forth + 12);
  std::copy(b, b + 4, forth + 16);
  std::copy(b, b + 4, back + 12);
  std::copy(a, a + 4, back + 16);
  DecodedPacket packet{.frame = {forth, 20}, .source_port = 1000, .destination_port = 80};
  packet.version = 4;
  auto const first = flow_key_of(packet);
  packet.frame = {back, 20};
  packet.source_port = 80;
  packet.destination_port = 1000;
  auto const second = flow_key_of(packet);
  EXPECT_EQ(first.key, second.key);
  EXPECT_NE(first.from_second, second.from_second);
}

}  // namespace
}  // namespace warpline::ids
