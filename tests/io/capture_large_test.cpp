// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "io/capture/capture_port.hpp"
#include "io/capture/capture_reader.hpp"
#include "tests/io/capture_files.hpp"
#include "tests/io/machine.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

using test::FileBuilder;
using test::Frame;
using test::read_capture;
using test::Timed;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Frames up to the longest packet, with short ones between them.
std::vector<Timed> large_frames() {
  std::vector<Timed> frames;
  for (unsigned i = 0; i < 40; ++i)
    for (std::uint32_t const size : {60u, 2048u, 2049u, 43'365u, 65'407u, 65'535u}) {
      Frame bytes(size);
      for (std::size_t offset = 0; offset < size; ++offset)
        bytes[offset] = static_cast<std::uint8_t>(offset * 7 + size + i);
      frames.push_back({std::move(bytes), frames.size() + 1, size});
    }
  return frames;
}

class CaptureLargeTest : public testing::Test {
 protected:
  std::string save(std::vector<Timed> const& frames) {
    FileBuilder file(false, true);
    for (auto const& frame : frames) file.frame(frame);
    return folder.write("in.pcap", file.text());
  }

  test::ScopedFolder folder;
  std::unique_ptr<DpdkPool> pool = test::make_pool(256, 2048, 8, 65535);
};

TEST_F(CaptureLargeTest, FramesUpToTheLongestPacketAreReadAndWritten) {
  auto const frames = large_frames();
  CapturePort both("pcap0", {.in = save(frames), .out = folder.path("out.pcap"), .cut = {}}, *pool);
  both.start();
  std::vector<Packet> packets(64);
  while (!both.rx(0)->finished()) {
    auto const got = both.rx(0)->receive(packets);
    for (unsigned i = 0; i < got; ++i)
      EXPECT_EQ(pool->arrival(packets[i]).time_ns,
                frames[pool->arrival(packets[i]).number - 1].time_ns);
    EXPECT_EQ(both.tx(0)->transmit({packets.data(), got}), got);
  }
  both.stop();
  EXPECT_TRUE(read_capture(folder.path("out.pcap")) == frames);
  EXPECT_EQ(both.statistics().refused, 0u);
  EXPECT_THAT(both.notices(), IsEmpty());
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST_F(CaptureLargeTest, FrameWaitsForALargeBuffer) {
  CapturePort in("pcap0", {.in = save(large_frames()), .out = {}, .cut = {}}, *pool);
  std::vector<Packet> taken(8), packets(64);
  for (auto& packet : taken) ASSERT_TRUE(pool->allocate_large(packet, 65535));
  EXPECT_EQ(in.rx(0)->receive(packets), 2u) << "the two that fit small buffers";
  pool->release({packets.data(), 2});
  EXPECT_EQ(in.rx(0)->receive(packets), 0u);
  EXPECT_FALSE(in.rx(0)->finished());
  pool->release({taken.data(), 1});
  ASSERT_EQ(in.rx(0)->receive(packets), 1u);
  EXPECT_EQ(packets[0].length, 2049u);
  EXPECT_EQ(pool->arrival(packets[0]).number, 3u);
  pool->release({packets.data(), 1});
  pool->release(std::span<Packet const>(taken).subspan(1));
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST_F(CaptureLargeTest, FrameThatWasCutIsPaddedToItsLength) {
  CapturePort in("pcap0", {.in = save({{Frame(96, 7), 1, 30'000}}), .out = {}, .cut = {}}, *pool);
  std::uint8_t const garbage = 0xee;
  pool->fill({&garbage, 1});
  auto const frames = test::receive_all(*in.rx(0), *pool, 1);
  Frame expected(96, 7);
  expected.resize(30'000, 0);
  EXPECT_TRUE(frames == std::vector<Frame>{expected});
}

TEST_F(CaptureLargeTest, FrameThatNoPacketHoldsIsRefused) {
  auto const path = save({{Frame(60, 1), 1, 65'536}, {Frame(60, 2), 2, 60}});
  CapturePort in("pcap0", {.in = path, .out = {}, .cut = {}}, *pool);
  EXPECT_EQ(test::receive_all(*in.rx(0), *pool, 1).size(), 1u);
  EXPECT_EQ(in.statistics().refused, 1u);
  EXPECT_THAT(in.notices(), ElementsAre(HasSubstr("a packet has at most 65535 bytes, and the "
                                                  "longest has 65536")));
  auto const summary = summarise_capture(path);
  EXPECT_EQ(summary.longest, 65'536u);
  EXPECT_EQ(summary.longest_packet, 60u);
}

}  // namespace
}  // namespace warpline
