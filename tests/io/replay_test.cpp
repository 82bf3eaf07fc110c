// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <chrono>

#include "io/generator/packet_quota.hpp"
#include "io/generator/replay_port.hpp"
#include "tests/io/machine.hpp"
#include "tests/support/guarded_pool.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

using test::config_error;
using test::Frame;
using testing::ElementsAre;
using testing::HasSubstr;

/// Frames of the given lengths, no two alike.
std::vector<Frame> frames_of(std::vector<std::size_t> const& lengths) {
  std::vector<Frame> frames;
  for (auto const length : lengths) {
    Frame frame(length);
    for (std::size_t i = 0; i < length; ++i)
      frame[i] = static_cast<std::uint8_t>(frames.size() * 71 + i);
    frames.push_back(std::move(frame));
  }
  return frames;
}

/// A capture that is replayed into buffers that do not forgive a byte too much.
struct Replay {
  explicit Replay(std::vector<Frame> const& frames, ReplayOptions options = {},
                  unsigned workers = 1)
      : port((test::write_capture(folder.path("in.pcap"), frames), "replay0"),
             (options.file = folder.path("in.pcap"), options), pool, 2048, workers) {}

  std::vector<Frame> take(std::size_t count, unsigned worker = 0) {
    std::vector<Frame> taken;
    auto* const queue = port.rx(worker);
    while (taken.size() < count && !queue->finished()) {
      std::vector<Packet> packets(std::min<std::size_t>(32, count - taken.size()));
      auto const got = queue->receive(packets);
      for (unsigned i = 0; i < got; ++i) {
        EXPECT_EQ(packets[i].length + packets[i].tailroom, 2048);
        EXPECT_EQ(packets[i].headroom, BufferPool::kHeadroom);
        taken.push_back(test::frame_of(packets[i]));
      }
      EXPECT_EQ(port.tx(worker)->transmit({packets.data(), got}), got);
    }
    return taken;
  }

  test::ScopedFolder folder;
  test::GuardedPool pool{64, 2048};
  ReplayPort port;
};

TEST(ReplayTest, GivesTheFramesAsTheyAreOverAndOver) {
  auto const frames = frames_of({1, 14, 63, 64, 65, 128, 1514, 2048});
  Replay replay(frames);
  auto const taken = replay.take(100);
  ASSERT_EQ(taken.size(), 100u);
  for (std::size_t i = 0; i < taken.size(); ++i)
    ASSERT_EQ(taken[i], frames[i % frames.size()]) << "frame " << i;
  EXPECT_EQ(replay.pool.in_use(), 0u);
  EXPECT_FALSE(replay.port.rx(0)->finished());
}

TEST(ReplayTest, ChangesToACopyDoNotComeBack) {
  auto const frames = frames_of({100});
  Replay replay(frames);
  Packet packet;
  ASSERT_EQ(replay.port.rx(0)->receive({&packet, 1}), 1u);
  std::fill_n(packet.data, 100, std::uint8_t{0xee});
  replay.port.tx(0)->transmit({&packet, 1});
  EXPECT_EQ(replay.take(1), frames);
}

TEST(ReplayTest, DealsTheFramesToItsQueues) {
  auto const frames = frames_of({60, 61, 62, 63, 64});
  Replay replay(frames, {}, 2);
  EXPECT_THAT(replay.take(4, 0), ElementsAre(frames[0], frames[2], frames[4], frames[0]));
  EXPECT_THAT(replay.take(3, 1), ElementsAre(frames[1], frames[3], frames[1]));
  Replay few(frames_of({60}), {}, 2);
  EXPECT_EQ(few.port.rx(1), nullptr);
  EXPECT_NE(few.port.tx(1), nullptr);
}

TEST(ReplayTest, EndsWhereACountIsAskedFor) {
  ReplayOptions options;
  options.count = 7;
  Replay replay(frames_of({60, 61, 62}), options, 2);
  EXPECT_EQ(replay.take(100, 0).size(), 4u);
  EXPECT_EQ(replay.take(100, 1).size(), 3u);
  EXPECT_TRUE(replay.port.rx(0)->finished());
}

TEST(ReplayTest, WaitsForBuffers) {
  Replay replay(frames_of({60, 61, 62}));
  std::vector<Packet> all(64);
  ASSERT_EQ(replay.port.rx(0)->receive(all), 64u);
  Packet more;
  EXPECT_EQ(replay.port.rx(0)->receive({&more, 1}), 0u);
  replay.port.tx(0)->transmit(all);
  EXPECT_EQ(replay.take(1).at(0).size(), 60u + 64 % 3) << "nothing was left out";
}

TEST(ReplayTest, SaysWhatItGives) {
  EXPECT_THAT(Replay(frames_of({60, 61})).port.description(),
              testing::MatchesRegex("2 frames of .*in.pcap, over and over"));
}

TEST(ReplayTest, RefusesWhatCannotBe) {
  EXPECT_THAT(config_error([] { Replay replay({}); }),
              HasSubstr("in.pcap: cannot be replayed: it has no frames"));
  EXPECT_THAT(config_error([] {
                Replay replay(frames_of({60, 2049}));
              }),
              HasSubstr("a frame of 2049 bytes; the packet buffers hold 2048"));
  test::GuardedPool pool{64, 2048};
  EXPECT_THAT(config_error([&] { ReplayPort port("r", {"/no/such.pcap"}, pool, 2048, 1); }),
              HasSubstr("/no/such.pcap: cannot be read"));
}

TEST(PacketQuotaTest, DividesACountWithoutRest) {
  for (std::uint64_t const count : {1u, 2u, 3u, 7u, 100u}) {
    std::uint64_t granted = 0;
    for (unsigned queue = 0; queue < 3; ++queue) {
      PacketQuota quota(count, 0, queue, 3);
      while (!quota.used_up()) {
        auto const now = quota.grant(32);
        ASSERT_GT(now, 0u);
        quota.count(now);
        granted += now;
      }
      EXPECT_EQ(quota.grant(1), 0u);
    }
    EXPECT_EQ(granted, count);
  }
}

TEST(PacketQuotaTest, WhatWasNotMadeIsNotCounted) {
  PacketQuota quota(10, 0, 0, 1);
  EXPECT_EQ(quota.grant(32), 10u);
  EXPECT_EQ(quota.grant(32), 10u);
  quota.count(9);
  EXPECT_EQ(quota.grant(32), 1u);
}

}  // namespace
}  // namespace warpline
