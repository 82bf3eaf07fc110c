// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "tests/elements/ids/hostile/rig.hpp"

/// A limit of each kind is reached: ON_LIMIT acts, and the counters describe it.
namespace warpline::ids {
namespace {

using testing::Frames;
using testing::HostileRig;

constexpr auto kRules =
    "alert tcp any any -> any any (content:\"attack\"; sid:1;)\n"
    "alert udp any any -> any any (content:\"attack\"; sid:2;)\n";

DetectorOptions small(LimitPolicy policy, bool ips = true) {
  DetectorOptions options;
  options.flows = 64;
  options.stream_memory = 16 * BlockPool::kBlockSize;
  options.defrag_memory = 4 * BlockPool::kBlockSize;
  options.datagrams = 4;
  options.ips = ips;
  options.on_limit = policy;
  return options;
}

std::uint64_t at(std::array<std::uint64_t, kLimits> const& counts, Limit limit) {
  return counts[static_cast<std::size_t>(limit)];
}

/// Fills the memory with segments after a gap. Returns the verdict of the one that finds no place.
FrameVerdict fill_stream(HostileRig& rig) {
  Frames::Ends const ends;
  rig.handshake(ends);
  for (std::uint32_t i = 0; i < 16; ++i) {
    EXPECT_EQ(rig.send(rig.frames().tcp(ends, Frames::kAck, 101 + 2 * i, 1, "x")),
              FrameVerdict::kPass);
    EXPECT_EQ(rig.detector().tcp_counters().lost(), 0u);
  }
  auto const verdict = rig.send(rig.frames().tcp(ends, Frames::kAck, 201, 1, "an attack"));
  EXPECT_EQ(rig.detector().tcp_counters().memory_full, 1u);
  EXPECT_EQ(at(rig.detector().counters().limits, Limit::kStream), 1u);
  return verdict;
}

FrameVerdict send_more(HostileRig& rig) {
  return rig.send(rig.frames().tcp({}, Frames::kAck, 301, 1, "attack"));
}

TEST(IdsLimits, IgnoreLooksAtASegmentWithoutPlaceAsAtAPacket) {
  HostileRig rig(kRules, small(LimitPolicy::kIgnore));
  EXPECT_EQ(fill_stream(rig), FrameVerdict::kPass);
  EXPECT_EQ(rig.alerts(), 1u);
  send_more(rig);
  EXPECT_EQ(rig.alerts(), 2u);
  EXPECT_EQ(at(rig.detector().counters().limit_drops, Limit::kStream), 0u);
}

TEST(IdsLimits, DropFlowDropsThePacketAndTheFlow) {
  HostileRig rig(kRules, small(LimitPolicy::kDropFlow));
  EXPECT_EQ(fill_stream(rig), FrameVerdict::kDrop);
  EXPECT_EQ(rig.limit_drops(), 1u);
  EXPECT_EQ(rig.detector().stream_pool().in_use(), 0u);
  EXPECT_EQ(send_more(rig), FrameVerdict::kDrop);
  EXPECT_EQ(rig.drops(), 1u);  // by the flow
  EXPECT_EQ(rig.alerts(), 0u);
  EXPECT_EQ(at(rig.detector().counters().limit_drops, Limit::kStream), 1u);
  rig.finish();
  EXPECT_EQ(rig.last_policy(), LimitPolicy::kDropFlow);
}

TEST(IdsLimits, DropFlowDropsNothingWithoutModeIps) {
  HostileRig rig(kRules, small(LimitPolicy::kDropFlow, false));
  EXPECT_EQ(fill_stream(rig), FrameVerdict::kPass);
  EXPECT_EQ(send_more(rig), FrameVerdict::kPass);
  EXPECT_EQ(rig.alerts(), 2u);
  EXPECT_EQ(rig.limit_drops(), 0u);
}

TEST(IdsLimits, PassFlowTakesTheFlowFromTheRules) {
  HostileRig rig(kRules, small(LimitPolicy::kPassFlow));
  EXPECT_EQ(fill_stream(rig), FrameVerdict::kPass);
  EXPECT_EQ(send_more(rig), FrameVerdict::kPass);
  EXPECT_EQ(rig.alerts(), 0u);
  EXPECT_EQ(rig.detector().stream_pool().in_use(), 0u);
  EXPECT_EQ(at(rig.detector().counters().limit_passes, Limit::kStream), 1u);
  rig.finish();
  EXPECT_EQ(rig.last_policy(), LimitPolicy::kPassFlow);
  EXPECT_EQ(rig.last_state(), FlowState::kEstablished);
}

TEST(IdsLimits, BypassAlsoMarksTheFlow) {
  HostileRig rig(kRules, small(LimitPolicy::kBypass));
  EXPECT_EQ(fill_stream(rig), FrameVerdict::kPass);
  EXPECT_EQ(send_more(rig), FrameVerdict::kPass);
  EXPECT_EQ(rig.alerts(), 0u);
  rig.finish();
  EXPECT_EQ(rig.last_state(), FlowState::kBypassed);
}

TEST(IdsLimits, SegmentsInOrderThatFindNoMemoryAreLookedAtAsPackets) {
  HostileRig rig(kRules, small(LimitPolicy::kIgnore, false));
  rig.handshake({});
  rig.send(rig.frames().tcp({}, Frames::kAck, 1, 1,
                            std::string(16 * BlockPool::kBlockSize, 'x') + "attack"));
  EXPECT_EQ(rig.detector().tcp_counters().memory_full, 1u);
  EXPECT_EQ(rig.alerts(), 1u);
}

/// One more fragment of one datagram than there are blocks.
FrameVerdict fill_fragments(HostileRig& rig) {
  auto verdict = FrameVerdict::kPass;
  for (std::uint32_t i = 0; i < 5; ++i) {
    EXPECT_EQ(verdict, FrameVerdict::kPass);
    verdict = rig.send(rig.frames().fragment({}, 7, 16 * (i + 1), true, "fragment"));
  }
  EXPECT_EQ(rig.detector().defragmenter_counters().out_of_memory, 1u);
  EXPECT_EQ(at(rig.detector().counters().limits, Limit::kFragments), 1u);
  return verdict;
}

TEST(IdsLimits, FragmentsWithoutMemoryAreDroppedOnlyByDropFlow) {
  for (auto const policy : {LimitPolicy::kIgnore, LimitPolicy::kDropFlow, LimitPolicy::kPassFlow,
                            LimitPolicy::kBypass}) {
    HostileRig rig(kRules, small(policy));
    bool const drops = policy == LimitPolicy::kDropFlow;
    bool const passes = !drops && policy != LimitPolicy::kIgnore;
    EXPECT_EQ(fill_fragments(rig), drops ? FrameVerdict::kDrop : FrameVerdict::kPass);
    auto const& counters = rig.detector().counters();
    EXPECT_EQ(at(counters.limit_drops, Limit::kFragments), drops ? 1u : 0u);
    EXPECT_EQ(at(counters.limit_passes, Limit::kFragments), passes ? 1u : 0u);
  }
}

/// With one flow, that of a tunnel leaves none for the packet within: it stays until the frame is
/// done.
TEST(IdsLimits, PacketsWithoutAPlaceForTheirFlowFollowThePolicy) {
  std::string inner;
  {
    Frames frames;
    auto const bytes = frames.udp({}, "an attack").after(14);
    inner.assign(reinterpret_cast<char const*>(bytes.data), bytes.size);
  }
  std::string const vxlan_header("\x08\0\0\0\0\0\x01\0", 8);
  std::string const ethernet = std::string(12, '\2') + std::string("\x08\0", 2);
  Frames::Ends tunnel;
  tunnel.destination_port = 4789;
  for (auto const policy : {LimitPolicy::kIgnore, LimitPolicy::kDropFlow, LimitPolicy::kPassFlow,
                            LimitPolicy::kBypass}) {
    auto options = small(policy);
    options.flows = 1;
    HostileRig rig("alert udp any any -> any 80 (content:\"attack\"; sid:2;)", options);
    bool const drops = policy == LimitPolicy::kDropFlow;
    EXPECT_EQ(rig.send(rig.frames().udp(tunnel, vxlan_header + ethernet + inner)),
              drops ? FrameVerdict::kDrop : FrameVerdict::kPass);
    EXPECT_EQ(at(rig.detector().counters().limits, Limit::kFlows), 1u);
    EXPECT_EQ(at(rig.detector().counters().limit_drops, Limit::kFlows), drops ? 1u : 0u);
    EXPECT_EQ(rig.alerts(), policy == LimitPolicy::kIgnore ? 1u : 0u);
    EXPECT_EQ(rig.detector().flows().evicted(), 0u);
    // The tunnel's flow is not kept any longer.
    rig.send(rig.frames().udp({}, "next"));
    EXPECT_EQ(rig.detector().flows().evicted(), 1u);
  }
}

}  // namespace
}  // namespace warpline::ids
