// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/stream/item_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <type_traits>
#include <vector>

namespace warpline::stream {
namespace {

static_assert(std::is_trivially_copyable_v<ItemTable> && sizeof(ItemTable) <= 1024,
              "a kernel's arguments have room for 4 KiB");

/// Items of these sizes, and their packets one after another.
struct Items {
  explicit Items(std::vector<std::uint32_t> const& sizes) : batches(sizes.size()) {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      batches[i].resize(sizes[i]);
      items.push_back(WorkItem::of(batches[i].data(), sizes[i], nullptr));
      for (auto const& packet : batches[i]) packets.push_back(&packet);
    }
  }
  std::vector<std::vector<Packet>> batches;
  std::vector<WorkItem> items;
  std::vector<PacketHead const*> packets;
};

/// What the blocks of the gather kernel do, with `threads` threads in a block.
void expect_found_by_blocks(Items const& given, std::uint32_t threads) {
  auto const table =
      ItemTable::of(given.items.data(), static_cast<std::uint32_t>(given.items.size()));
  for (std::uint32_t begin = 0; begin < given.packets.size(); begin += threads) {
    ItemTable shared;
    std::memset(static_cast<void*>(&shared), 0xa5, sizeof shared);
    for (std::uint32_t thread = 0; thread < threads; ++thread)
      table.copy_to(shared, thread, threads);
    auto const end = std::min<std::size_t>(begin + threads, given.packets.size());
    for (auto index = begin; index < end; ++index)
      ASSERT_EQ(&shared.at(index), given.packets[index]) << "packet " << index;
  }
}

TEST(ItemTable, FindsEveryPacketOfOneItemAndOfAsManyAsATaskCanHave) {
  for (std::uint32_t count = 1; count <= Work::kMaxItems; ++count) {
    SCOPED_TRACE(count);
    expect_found_by_blocks(Items(std::vector<std::uint32_t>(count, 3)), 256);
    expect_found_by_blocks(Items(std::vector<std::uint32_t>(count, 1)), 32);
  }
}

TEST(ItemTable, PassesOverEmptyItems) {
  expect_found_by_blocks(Items({0, 0, 5, 0, 1, 0, 0, 0, 7, 0}), 4);
  expect_found_by_blocks(Items({0, 1}), 4);
  expect_found_by_blocks(Items({1, 0}), 4);
}

TEST(ItemTable, FindsPacketsOfItemsOfAnySizes) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE(round);
    std::vector<std::uint32_t> sizes(1 + random() % Work::kMaxItems);
    for (auto& size : sizes)
      size = random() % 4 == 0 ? 0 : static_cast<std::uint32_t>(random() % 257);
    expect_found_by_blocks(Items(sizes), 256);
  }
}

}  // namespace
}  // namespace warpline::stream
