// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "io/generator/capture_loop.hpp"
#include "tests/io/capture_files.hpp"
#include "tests/io/machine.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

using test::config_error;
using test::FileBuilder;
using test::Frame;
using test::Timed;
using testing::HasSubstr;

constexpr std::chrono::nanoseconds kNoTime{0};  // one measured pass
constexpr std::uint64_t kTime = 1'700'000'000'000'000'000;

class CaptureLoopTest : public testing::Test {
 protected:
  std::string save(std::vector<Timed> const& frames) {
    FileBuilder file(false, true);
    for (auto const& frame : frames) file.frame(frame);
    return folder.write("in.pcap", file.text());
  }

  test::ScopedFolder folder;
  std::unique_ptr<DpdkPool> pool = test::make_pool(256, 2048, 8, 65535);
};

/// The second is in a large buffer, the third was captured in part, and is the earliest.
std::vector<Timed> three_frames() {
  return {{Frame(60, 1), kTime + 20, 60},
          {Frame(43'365, 2), kTime + 30, 43'365},
          {Frame(40, 3), kTime, 100}};
}

TEST_F(CaptureLoopTest, EveryPassHasAllFramesWithLaterTimes) {
  auto const frames = std::make_shared<CaptureFrames>(save(three_frames()));
  EXPECT_EQ(frames->bytes(), 60u + 43'365u + 100u);
  EXPECT_EQ(frames->longest(), 43'365u);
  EXPECT_EQ(frames->length(), std::chrono::nanoseconds(30));
  CaptureLoopPort port("loop", frames, *pool, kNoTime);
  auto& queue = *port.rx(0);
  std::vector<Packet> packets(64);
  for (std::uint64_t pass = 0; pass < 3; ++pass) {
    ASSERT_EQ(queue.receive(packets), 3u) << "a burst ends with the pass";
    auto const shift = pass * (30 + 7200'000'000'000);
    auto partly = Frame(40, 3);
    partly.resize(100);
    EXPECT_EQ(test::frame_of(packets[0]), Frame(60, 1));
    EXPECT_EQ(test::frame_of(packets[1]), Frame(43'365, 2));
    EXPECT_EQ(test::frame_of(packets[2]), partly);
    EXPECT_EQ(pool->arrival(packets[0]).time_ns, kTime + 20 + shift);
    EXPECT_EQ(pool->arrival(packets[2]).time_ns, kTime + shift);
    EXPECT_EQ(pool->arrival(packets[2]).number, 3u);
    EXPECT_FALSE(queue.finished());
    EXPECT_EQ(port.tx(0)->transmit({packets.data(), 3}), 3u);
  }
  EXPECT_EQ(queue.receive(packets), 0u);
  EXPECT_TRUE(queue.finished());
  EXPECT_EQ(port.measured().passes, 1u) << "one to warm up, one for turns";
  EXPECT_EQ(port.measured().all_passes, 3u);
  EXPECT_GT(port.measured().cpu_seconds, 0);
  EXPECT_GT(port.measured().longest_turn_seconds, 0);
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST_F(CaptureLoopTest, MeasuresPassesUntilTheirTimeIsOver) {
  CaptureLoopPort port("loop", std::make_shared<CaptureFrames>(save(three_frames())), *pool,
                       std::chrono::milliseconds(2));
  std::vector<Packet> packets(64);
  while (!port.rx(0)->finished()) {
    auto const count = port.rx(0)->receive(packets);
    port.tx(0)->transmit({packets.data(), count});
  }
  EXPECT_GE(port.measured().cpu_seconds, 2e-3);
  EXPECT_EQ(port.measured().all_passes, port.measured().passes + 2);
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST_F(CaptureLoopTest, FrameWaitsForALargeBuffer) {
  CaptureLoopPort port("loop", std::make_shared<CaptureFrames>(save(three_frames())), *pool,
                       kNoTime);
  std::vector<Packet> taken(8), packets(64);
  for (auto& packet : taken) ASSERT_TRUE(pool->allocate_large(packet, 65535));
  EXPECT_EQ(port.rx(0)->receive(packets), 1u);
  pool->release({packets.data(), 1});
  EXPECT_EQ(port.rx(0)->receive(packets), 0u);
  pool->release(taken);
  ASSERT_EQ(port.rx(0)->receive(packets), 2u);
  pool->release({packets.data(), 2});
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST_F(CaptureLoopTest, RefusesAFileWithoutFramesAndFramesWithoutBuffers) {
  auto const empty = folder.write("empty.pcap", FileBuilder(false, true).text());
  EXPECT_THAT(config_error([&] { CaptureFrames const frames(empty); }),
              HasSubstr("it has no frames"));
  EXPECT_THAT(config_error([&] { CaptureFrames const frames(folder.path("none.pcap")); }),
              HasSubstr("none.pcap"));
  auto const small = test::make_pool(64, 2048);
  auto const frames = std::make_shared<CaptureFrames>(save(three_frames()));
  EXPECT_THAT(config_error([&] { CaptureLoopPort const port("loop", frames, *small, kNoTime); }),
              HasSubstr("a frame of 43365 bytes; the packet buffers hold 2048"));
}

}  // namespace
}  // namespace warpline
