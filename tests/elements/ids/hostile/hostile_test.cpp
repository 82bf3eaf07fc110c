// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "tests/elements/ids/hostile/rig.hpp"

/// Traffic that is made to cost as much as possible. Each test prints the longest turn: 5 ms is the
/// aim. `WARPLINE_HOSTILE=full` sends the full number of packets.
namespace warpline::ids {
namespace {

using testing::Frames;
using testing::HostileRig;
using testing::scaled;

constexpr auto kStreamRules =
    "alert tcp any any -> any any (content:\"attack\"; content:\"now\"; distance:1; sid:1;)\n"
    "alert tcp any any -> any any (pcre:\"/a[b-d]{3}e/\"; sid:2;)\n";

/// Nothing is outside the memory that the options give.
void expect_bounds(HostileRig const& rig) {
  auto const& detector = rig.detector();
  EXPECT_LE(detector.stream_pool().in_use(), detector.stream_pool().capacity());
  EXPECT_EQ(detector.counters().packets, rig.sent());
}

TEST(IdsHostile, SmallSegmentsOfOneFlow) {
  HostileRig rig(kStreamRules, {});
  Frames::Ends const ends;
  rig.handshake(ends);
  auto const count = scaled(10'000'000, 200'000);
  for (std::uint32_t i = 0; i < count; ++i) {
    rig.send(rig.frames().tcp(ends, Frames::kAck, 1 + i, 1, "a"));
    if (i % 2 == 1) rig.send(rig.frames().tcp(ends.reversed(), Frames::kAck, 1, 2 + i));
  }
  expect_bounds(rig);
  EXPECT_EQ(rig.detector().tcp_counters().lost(), 0u);
  EXPECT_LT(rig.detector().stream_pool().in_use(), 64u);  // about two chunks
  rig.finish();
  EXPECT_EQ(rig.detector().stream_pool().in_use(), 0u);
}

TEST(IdsHostile, SmallSegmentsWithoutAcknowledgment) {
  HostileRig rig(kStreamRules, {});
  rig.handshake({});
  auto const count = scaled(10'000'000, 200'000);
  for (std::uint32_t i = 0; i < count; ++i)
    rig.send(rig.frames().tcp({}, Frames::kAck, 1 + i, 1, "a"));
  expect_bounds(rig);
  rig.finish();
  EXPECT_EQ(rig.detector().stream_pool().in_use(), 0u);
}

/// Every second byte, until the memory is full; then in the middle of what there is; then the other
/// end acknowledges all.
TEST(IdsHostile, HolesThatAreNeverFilled) {
  DetectorOptions options;
  options.stream_memory = scaled(options.stream_memory, 8 << 20);
  HostileRig rig(kStreamRules, options);
  Frames::Ends const ends;
  rig.handshake(ends);
  auto const count = static_cast<std::uint32_t>(scaled(10'000'000, 40'000));
  auto const blocks = rig.detector().stream_pool().capacity();
  for (std::uint32_t i = 0; i < count / 2; ++i)
    rig.send(rig.frames().tcp(ends, Frames::kAck, 3 + 2 * i, 1, "a"));
  EXPECT_EQ(rig.detector().stream_pool().in_use(), std::min(blocks, count / 2));
  for (std::uint32_t i = 0; i < count / 2; ++i)
    rig.send(rig.frames().tcp(ends, Frames::kAck, blocks + i % (blocks / 2), 1, "aa"));
  EXPECT_GT(rig.detector().tcp_counters().refused, 0u);
  expect_bounds(rig);
  for (std::uint32_t i = 0; i < 2 * Batch::kCapacity; ++i) {
    rig.send(rig.frames().tcp(ends.reversed(), Frames::kAck, 1, 3 + count));
    rig.send(rig.frames().tcp(ends, Frames::kAck, 2, 1));
  }
  rig.finish();
  EXPECT_EQ(rig.detector().stream_pool().in_use(), 0u);
}

TEST(IdsHostile, HolesInReverseOrderUntilTheFlowEnds) {
  DetectorOptions options;
  options.stream_memory = scaled(options.stream_memory, 8 << 20);
  HostileRig rig(kStreamRules, options);
  rig.handshake({});
  auto const count = static_cast<std::uint32_t>(scaled(1'000'000, 20'000));
  for (std::uint32_t i = 0; i < count; ++i)
    rig.send(rig.frames().tcp({}, Frames::kAck, 3 + 2 * (count - i), 1, "a"));
  expect_bounds(rig);
  rig.finish();
  EXPECT_EQ(rig.detector().stream_pool().in_use(), 0u);
}

constexpr std::size_t kMaxPayload = 65535 - 14 - 28;

TEST(IdsHostile, RetriesOfOneByteContents) {
  // Each has its own way to make a search start again at each of 64 Ki places.
  for (auto const* const tail :
       {"content:\"b\"; distance:0;", "content:\"B\"; nocase; distance:0;",
        "content:\"b\"; within:1000;",
        "content:\"a\"; content:\"a\"; distance:0; content:\"b\"; distance:0;",
        "content:!\"z\"; distance:0;", "content:!\"Z\"; nocase; distance:0;",
        "byte_test:1,=,0,60000,relative;", "isdataat:65507,relative;",
        "content:\"a\"; distance:1; content:\"a\"; distance:1; content:\"a\"; distance:1; "
        "content:\"b\"; within:9;",
        "pcre:\"/b/R\";", "pcre:\"/^b/R\";", "pcre:\"/a[^b]*b/R\";"}) {
    HostileRig rig("alert udp any any -> any any (content:\"a\"; " + std::string(tail) + " sid:1;)",
                   {});
    auto payload = std::string(kMaxPayload - 1, 'a') + "z";
    for (std::uint64_t i = 0; i < scaled(10, 2) * Batch::kCapacity / 4; ++i)
      for (std::uint16_t flow = 0; flow < 4; ++flow) {
        Frames::Ends ends;
        ends.source_port = static_cast<std::uint16_t>(ends.source_port + flow);
        rig.send(rig.frames().udp(ends, payload));
      }
    EXPECT_EQ(rig.alerts(), 0u) << tail;
    std::printf("%-60s %lu step limits, ", tail,
                static_cast<unsigned long>(rig.detector().evaluation().step_limits));
    rig.finish();
  }
}

TEST(IdsHostile, ExpressionsThatExplode) {
  for (auto const* const expression : {"(a+)+$", "(a|aa)+$", "([a-z]+)*[0-9]",
                                       "(.*)(.*)(.*)(.*)[0-9]", "^(([a-z])+.)+[A-Z]([a-z])+$"}) {
    for (std::size_t const size : {std::size_t{1000}, kMaxPayload}) {
      HostileRig rig(
          "alert udp any any -> any any (pcre:\"/" + std::string(expression) + "/s\"; sid:1;)", {});
      auto const payload = std::string(size - 1, 'a') + "!";
      for (std::uint64_t i = 0; i < scaled(10, 2) * Batch::kCapacity; ++i)
        rig.send(rig.frames().udp({}, payload));
      EXPECT_EQ(rig.alerts(), 0u) << expression;
      auto const limits = rig.detector().evaluation().expressions.limits_reached();
      EXPECT_EQ(limits, rig.sent()) << expression << ", " << size;
      std::printf("%-30s %5zu bytes: ", expression, size);
      rig.finish();
    }
  }
}

TEST(IdsHostile, FragmentsThatNeverComplete) {
  HostileRig rig("alert udp any any -> any any (content:\"attack\"; sid:1;)\n", {});
  std::string const data(1400, 'f');
  auto const count = scaled(1'000'000, 50'000);
  auto const before = testing::resident_bytes();
  for (std::uint32_t i = 0; i < count; ++i) {
    Frames::Ends ends;
    ends.source += i >> 16;
    rig.send(rig.frames().fragment(ends, static_cast<std::uint16_t>(i), 8, true, data));
  }
  // Pieces of eight bytes with holes, of a few datagrams.
  for (std::uint32_t i = 0; i < count; ++i)
    rig.send(rig.frames().fragment({}, static_cast<std::uint16_t>(i % 4), 16 * (1 + i / 4 % 4000),
                                   true, "fragment"));
  if (testing::counts_memory()) {
    EXPECT_LE(testing::resident_bytes() - before, DetectorOptions{}.defrag_memory + (16u << 20));
  }
  EXPECT_GT(rig.detector().defragmenter_counters().evicted, 0u);
  EXPECT_EQ(rig.detector().counters().fragments, rig.sent());
  expect_bounds(rig);
  rig.finish();
}

TEST(IdsHostile, SourcesThatFloodTheThresholds) {
  HostileRig rig(
      "alert udp any any -> any any (content:\"a\"; threshold:type limit, track by_src, count 1, "
      "seconds 3600; xbits:set,seen,track ip_src; sid:1;)\n",
      {});
  auto const count = scaled(1'000'000, 200'000);
  auto const before = testing::resident_bytes();
  for (std::uint32_t i = 0; i < count; ++i) {
    Frames::Ends ends;
    ends.source += i;
    rig.send(rig.frames().udp(ends, "a"));
  }
  EXPECT_EQ(rig.alerts(), count);
  EXPECT_GT(rig.evicted_states(), 0u);
  if (testing::counts_memory()) {
    EXPECT_LE(testing::resident_bytes() - before, 8u << 20);
  }
  expect_bounds(rig);
  rig.finish();
}

TEST(IdsHostile, FramesOf65535Bytes) {
  HostileRig rig(kStreamRules, {});
  Frames::Ends const ends;
  rig.handshake(ends);
  std::string const data(65535 - 14 - 40, 'a');
  std::uint32_t next = 1;
  for (std::uint64_t i = 0; i < scaled(20'000, 1'024); ++i) {
    auto const frame = rig.frames().tcp(ends, Frames::kAck, next, 1, data);
    EXPECT_EQ(frame.size, 65535u);
    rig.send(frame);
    next += static_cast<std::uint32_t>(data.size());
    rig.send(rig.frames().tcp(ends.reversed(), Frames::kAck, 1, next));
  }
  expect_bounds(rig);
  rig.finish();
}

}  // namespace
}  // namespace warpline::ids
