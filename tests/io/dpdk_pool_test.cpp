// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/dpdk_pool.hpp"

#include <gmock/gmock.h>
#include <rte_mbuf.h>

#include <cstring>
#include <set>
#include <thread>

#include "tests/io/machine.hpp"

namespace warpline {
namespace {

using test::make_pool;
using testing::HasSubstr;

TEST(DpdkPoolTest, HandsOutEmptyFramesWithRoomOnBothSides) {
  auto const pool = make_pool(64);
  std::vector<Packet> packets(10);
  ASSERT_TRUE(pool->allocate(packets));
  EXPECT_EQ(pool->in_use(), 10u);
  std::set<void*> buffers;
  for (auto const& packet : packets) {
    EXPECT_EQ(packet.length, 0);
    EXPECT_EQ(packet.headroom, BufferPool::kHeadroom);
    EXPECT_EQ(packet.tailroom, 2048 + DpdkPool::kTailroom);
    buffers.insert(packet.buffer);
    auto const* mbuf = static_cast<rte_mbuf*>(packet.buffer);
    EXPECT_EQ(packet.data - packet.headroom, mbuf->buf_addr) << "the shortcut to its address";
    EXPECT_EQ(mbuf->buf_len, packet.headroom + packet.tailroom);
  }
  EXPECT_EQ(buffers.size(), packets.size());
  pool->release(packets);
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST(DpdkPoolTest, EveryByteOfEveryBufferIsItsOwn) {
  auto const pool = make_pool(300, 1500);
  std::vector<Packet> packets(300);
  ASSERT_TRUE(pool->allocate(packets));
  for (std::size_t i = 0; i < packets.size(); ++i)
    std::memset(packets[i].data - packets[i].headroom, static_cast<int>(i % 251),
                std::size_t{packets[i].headroom} + packets[i].tailroom);
  for (std::size_t i = 0; i < packets.size(); ++i)
    for (int offset = -packets[i].headroom; offset < packets[i].tailroom; ++offset)
      ASSERT_EQ(packets[i].data[offset], i % 251) << i << " at " << offset;
  pool->release(packets);
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST(DpdkPoolTest, GivesAllOrNone) {
  auto const pool = make_pool(600);
  std::vector<Packet> bulk(590), more(300), rest(10);
  ASSERT_TRUE(pool->allocate(bulk));
  EXPECT_FALSE(pool->allocate(more)) << "in two steps; the first alone could succeed";
  EXPECT_EQ(pool->in_use(), 590u);
  ASSERT_TRUE(pool->allocate(rest)) << "nothing is kept back";
  EXPECT_EQ(pool->in_use(), 600u);
  pool->release(bulk);
  pool->release(rest);
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST(DpdkPoolTest, ForgetsWhatABufferWasUsedFor) {
  auto const pool = make_pool(1);
  Packet packet;
  ASSERT_TRUE(pool->allocate({&packet, 1}));
  static_cast<rte_mbuf*>(packet.buffer)->ol_flags = RTE_MBUF_F_TX_IP_CKSUM;
  packet.append(100);
  pool->release({&packet, 1});
  ASSERT_TRUE(pool->allocate({&packet, 1}));
  EXPECT_EQ(static_cast<rte_mbuf*>(packet.buffer)->ol_flags, 0u);
  EXPECT_EQ(packet.length, 0);
  pool->release({&packet, 1});
}

TEST(DpdkPoolTest, ReleasesWhatAnotherPoolOwnsToItsOwner) {
  auto const mine = make_pool(32), other = make_pool(32);
  std::vector<Packet> packets(2);
  ASSERT_TRUE(mine->allocate({&packets[0], 1}));
  ASSERT_TRUE(other->allocate({&packets[1], 1}));
  mine->release(packets);
  EXPECT_EQ(mine->in_use(), 0u);
  EXPECT_EQ(other->in_use(), 0u);
}

TEST(DpdkPoolTest, ReleasesASharedBufferOnceTheLastLetsGo) {
  auto const pool = make_pool(32);
  Packet packet;
  ASSERT_TRUE(pool->allocate({&packet, 1}));
  rte_mbuf_refcnt_update(static_cast<rte_mbuf*>(packet.buffer), 1);
  pool->release({&packet, 1});
  EXPECT_EQ(pool->in_use(), 1u);
  pool->release({&packet, 1});
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST(DpdkPoolTest, ServesRegisteredThreadsAtOnce) {
  auto const pool = make_pool(4096);
  auto const work = [&] {
    ASSERT_TRUE(Eal::register_thread());
    for (int round = 0; round < 2000; ++round) {
      std::vector<Packet> packets(static_cast<std::size_t>(1 + round % 256));
      if (!pool->allocate(packets)) continue;
      for (auto& packet : packets) packet.data[0] = static_cast<std::uint8_t>(round);
      for (auto const& packet : packets) ASSERT_EQ(packet.data[0], round % 256);
      pool->release(packets);
    }
    Eal::unregister_thread();
  };
  std::thread one(work), two(work);
  one.join();
  two.join();
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST(DpdkPoolTest, ShowsTheMemoryThatAllBuffersLieIn) {
  auto const pool = make_pool(500);
  std::vector<std::pair<std::uint8_t*, std::size_t>> pieces;
  pool->for_each_memory([&](void* address, std::size_t size) {
    pieces.emplace_back(static_cast<std::uint8_t*>(address), size);
  });
  std::vector<Packet> packets(500);
  ASSERT_TRUE(pool->allocate(packets));
  for (auto const& packet : packets) {
    bool inside = false;
    for (auto const& [address, size] : pieces)
      inside |= packet.data - packet.headroom >= address &&
                packet.data + packet.tailroom <= address + size;
    EXPECT_TRUE(inside);
  }
  pool->release(packets);
}

TEST(DpdkPoolTest, FillsAllBuffersWithContent) {
  auto const pool = make_pool(100);
  std::string const content = "0123456789";
  pool->fill({reinterpret_cast<std::uint8_t const*>(content.data()), 10});
  std::vector<Packet> packets(100);
  ASSERT_TRUE(pool->allocate(packets));
  for (auto const& packet : packets)
    for (unsigned i = 1; i < packet.tailroom; ++i)
      ASSERT_EQ(packet.data[i], packet.data[i - 1] == '9' ? '0' : packet.data[i - 1] + 1);
  pool->release(packets);
}

TEST(DpdkPoolTest, HoldsJumboFrames) {
  auto const pool = make_pool(16, 9216);
  Packet packet;
  ASSERT_TRUE(pool->allocate({&packet, 1}));
  EXPECT_TRUE(packet.append(9216 + DpdkPool::kTailroom));
  EXPECT_FALSE(packet.append(1));
  pool->release({&packet, 1});
}

TEST(DpdkPoolTest, HasLargeBuffersBesides) {
  auto const pool = test::make_pool(16, 2048, 2, 65535);
  EXPECT_EQ(pool->longest_frame(), 65535u);
  std::vector<Packet> packets(3);
  ASSERT_TRUE(pool->allocate_large(packets[0], 65535));
  ASSERT_TRUE(pool->allocate_large(packets[1], 40000));
  EXPECT_FALSE(pool->allocate_large(packets[2], 2049));
  ASSERT_TRUE(pool->allocate({&packets[2], 1}));
  EXPECT_EQ(packets[0].headroom, 0u);
  EXPECT_TRUE(packets[0].append(65535));
  EXPECT_EQ(packets[1].headroom, DpdkPool::kHeadroom);
  EXPECT_TRUE(packets[1].append(40000 + DpdkPool::kTailroom));
  for (unsigned i = 0; i < 2; ++i) std::memset(packets[i].data, 0x5a, packets[i].length);
  EXPECT_EQ(pool->in_use(), 3u);
  std::size_t inside = 0;
  pool->for_each_memory([&](void* address, std::size_t size) {
    auto const* begin = static_cast<std::uint8_t*>(address);
    for (auto const& packet : packets)
      if (packet.data >= begin && packet.data + packet.length <= begin + size) ++inside;
  });
  EXPECT_EQ(inside, 3u);
  pool->release(packets);
  EXPECT_EQ(pool->in_use(), 0u);
  ASSERT_TRUE(pool->allocate_large(packets[0], 65535)) << "it went back to its own kind";
  ASSERT_TRUE(pool->allocate_large(packets[1], 65535));
  pool->release({packets.data(), 2});
}

TEST(DpdkPoolTest, HasNoLargeBuffersUnlessAsked) {
  auto const pool = make_pool(16);
  Packet packet;
  EXPECT_FALSE(pool->allocate_large(packet, 100));
  EXPECT_EQ(pool->longest_frame(), 2048u);
  EXPECT_THAT(test::config_error([] { test::make_pool(16, 2048, 1, 65536); }),
              HasSubstr("65536 bytes; expected at most 65535"));
}

TEST(DpdkPoolTest, RefusesWhatCannotBe) {
  test::eal();
  EXPECT_THAT(test::config_error([] { make_pool(16, 0); }), HasSubstr("expected 1 to 65279"));
  EXPECT_THAT(test::config_error([] { make_pool(16, 65400); }), HasSubstr("65400 bytes"));
  EXPECT_THAT(test::config_error([] { make_pool(0); }), HasSubstr("0 packet buffers"));
  EXPECT_THAT(test::config_error([] { make_pool(std::size_t{1} << 30); }),
              HasSubstr("no memory for 1073741824 packet buffers of 2048 bytes: "));
}

TEST(DpdkPoolTest, ItsMemoryIsKnownBeforehand) {
  PoolOptions options;
  options.count = 1000;
  auto const estimate = DpdkPool::memory_of(options);
  EXPECT_GT(estimate, 1000u * (2048 + 256));
  EXPECT_LT(estimate, 1000u * (2048 + 1024));
  options.large_count = 10;
  options.large_frame_size = 65535;
  EXPECT_GT(DpdkPool::memory_of(options), estimate + 10u * 65535);
  EXPECT_LT(DpdkPool::memory_of(options), estimate + 10u * (65535 + 1024));
}

}  // namespace
}  // namespace warpline
