// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/packet/buffer_pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace warpline {
namespace {

TEST(HeapBufferPool, GivesAllPacketsOrNone) {
  HeapBufferPool pool(4, 64);
  std::array<Packet, 3> packets{};
  ASSERT_TRUE(pool.allocate(packets));
  EXPECT_EQ(pool.in_use(), 3u);
  std::array<Packet, 2> more{};
  EXPECT_FALSE(pool.allocate(more)) << "only one buffer is left";
  EXPECT_EQ(pool.in_use(), 3u);
  EXPECT_TRUE(pool.allocate(std::span(more).first(1)));
  pool.release(packets);
  pool.release(std::span(more).first(1));
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST(HeapBufferPool, GivesEmptyFramesThatDoNotOverlap) {
  HeapBufferPool pool(2, 64, 32);
  std::array<Packet, 2> packets{};
  ASSERT_TRUE(pool.allocate(packets));
  for (auto& packet : packets) {
    EXPECT_EQ(packet.length, 0);
    EXPECT_EQ(packet.headroom, BufferPool::kHeadroom);
    EXPECT_EQ(packet.tailroom, 64 + 32) << "the frame's own room is free as well";
    ASSERT_TRUE(packet.append(packet.tailroom));
    ASSERT_TRUE(packet.prepend(packet.headroom));
  }
  std::fill_n(packets[0].data, packets[0].length, std::uint8_t{1});
  std::fill_n(packets[1].data, packets[1].length, std::uint8_t{2});
  EXPECT_TRUE(std::all_of(packets[0].data, packets[0].data + packets[0].length,
                          [](std::uint8_t byte) { return byte == 1; }));
  EXPECT_FALSE(pool.arrival(packets[0]).time_ns);
  pool.release(packets);
}

TEST(HeapBufferPool, ResetsABufferThatIsUsedAgain) {
  HeapBufferPool pool(1, 64);
  Packet packet{};
  ASSERT_TRUE(pool.allocate({&packet, 1}));
  packet.append(60);
  packet.trim_front(14);
  pool.release({&packet, 1});
  ASSERT_TRUE(pool.allocate({&packet, 1}));
  EXPECT_EQ(packet.length, 0);
  EXPECT_EQ(packet.headroom, BufferPool::kHeadroom);
  pool.release({&packet, 1});
}

}  // namespace
}  // namespace warpline
