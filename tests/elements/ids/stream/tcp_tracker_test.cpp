// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/stream/tcp_tracker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/net/wire.hpp"

namespace warpline::ids {
namespace {

constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;

/// A tracker, and one connection.
class Connection {
 public:
  explicit Connection(bool midstream = false)
      : tracker(pool, {.midstream = midstream, .depth = 10'000}) {}
  TcpTracker::Outcome send(bool to_server, std::uint8_t flags, std::uint32_t size = 0) {
    auto& next = next_[to_server ? 0 : 1];
    auto const outcome = segment(to_server, flags, next, size);
    next += size + ((flags & kSyn) != 0 ? 1 : 0);
    return outcome;
  }
  TcpTracker::Outcome segment(bool to_server, std::uint8_t flags, std::uint32_t sequence,
                              std::uint32_t size) {
    auto& header = *reinterpret_cast<tcp::Header*>(frame_.data() + ipv4::kSize);
    header.sequence.set(sequence);
    header.acknowledgment.set(next_[to_server ? 1 : 0]);
    auto const header_size = static_cast<std::uint32_t>(tcp::kSize + options.size());
    header.data_offset = static_cast<std::uint8_t>(header_size / 4 << 4);
    std::copy(options.begin(), options.end(), frame_.begin() + ipv4::kSize + tcp::kSize);
    header.flags = flags;
    header.window.set(65535);
    DecodedPacket packet{.frame = {frame_.data(), ipv4::kSize + header_size + size}};
    packet.transport = ipv4::kSize;
    packet.payload = ipv4::kSize + header_size;
    packet.payload_size = size;
    packet.end = packet.frame.size;
    packet.version = 4;
    packet.protocol = protocol::kTcp;
    packet.tcp_flags = flags;
    packet.has_transport = true;
    return tracker.process(packet, to_server, flow, session, OverlapPolicy::kBsd);
  }
  Connection& handshake() {
    send(true, kSyn);
    send(false, kSyn | kAck);
    send(true, kAck);
    return *this;
  }
  std::uint32_t next(bool to_server) const { return next_[to_server ? 0 : 1]; }

  BlockPool pool{1 << 20};
  TcpTracker tracker;
  std::vector<std::uint8_t> options;  ///< of TCP, a multiple of 4 bytes
  Flow flow{};
  TcpSession session{};

 private:
  std::vector<std::uint8_t> frame_ = std::vector<std::uint8_t>(ipv4::kSize + tcp::kSize + 65'040);
  std::uint32_t next_[2] = {0xfffff000, 5000};
};

TEST(TcpTracker, FollowsStreamsOfAnyLength) {
  constexpr std::uint32_t kSize = 60'000;
  constexpr std::uint64_t kLength = std::uint64_t{9} << 30;
  Connection connection;
  connection.handshake();
  std::uint64_t sent = 0;
  for (unsigned i = 0; sent < kLength; ++i) {
    auto const outcome = connection.send(true, kAck, kSize);
    ASSERT_EQ(outcome.in_stream, sent < 10'000) << sent;
    sent += kSize;
    if (i % 8 == 0) connection.send(false, kAck);
    ASSERT_EQ(connection.session.halves[0].sent(), static_cast<std::uint32_t>(sent));
  }
  EXPECT_EQ(connection.tracker.counters().outside_window, 0u);
  EXPECT_EQ(connection.flow.tcp, TcpState::kEstablished);
  EXPECT_FALSE(connection.segment(true, kRst, connection.next(true) + 1000, 0).closed);
  EXPECT_TRUE(connection.segment(true, kRst, connection.next(true), 0).closed);
}

TEST(TcpTracker, RefusesSegmentsAtAnyDistance) {
  Connection connection;
  connection.handshake();
  auto const next = connection.next(true);
  unsigned refused = 0;
  for (auto const distance : {0x7fffffffu, 0x80000000u, 0x7fff0000u, 0xffff0000u - 65'000u})
    for (auto const size : {1u, 65'000u}) {
      EXPECT_FALSE(connection.segment(true, kAck, next + distance, size).in_stream) << distance;
      EXPECT_EQ(connection.tracker.counters().outside_window, ++refused) << distance;
    }
}

TEST(TcpTracker, TakesNoSegmentWithoutAck) {
  constexpr std::uint8_t kPush = 8;
  Connection connection;
  connection.handshake();
  for (auto const flags : {std::uint8_t{0}, kPush, kFin})
    EXPECT_FALSE(connection.segment(true, flags, connection.next(true), 10).in_stream);
  EXPECT_EQ(connection.tracker.counters().outside_window, 3u);
  EXPECT_FALSE(connection.session.halves[0].fin);
  EXPECT_TRUE(connection.send(true, kAck, 10).whole);
}

TEST(TcpTracker, TakesNoBytesBeforeTheAnswerToTheSyn) {
  Connection connection;
  connection.send(true, kSyn);
  EXPECT_FALSE(connection.segment(true, kAck, connection.next(true), 10).in_stream);
  EXPECT_FALSE(connection.segment(false, kAck, connection.next(false), 10).in_stream);
  EXPECT_FALSE(connection.segment(true, kFin | kAck, connection.next(true), 0).closed);
  auto const& client = connection.session.halves[0];
  EXPECT_EQ(client.sent(), 0u);
  EXPECT_FALSE(client.fin);
  EXPECT_EQ(connection.flow.tcp, TcpState::kSynSent);
  EXPECT_EQ(connection.tracker.counters().no_session, 3u);
  connection.send(false, kSyn | kAck);
  EXPECT_TRUE(connection.send(true, kAck, 10).whole);
  EXPECT_EQ(client.sent(), 10u);
  EXPECT_EQ(connection.flow.tcp, TcpState::kEstablished);
}

/// RFC 7413: the data of the SYN belong to the stream, those after it wait for the answer.
TEST(TcpTracker, TakesOnlyTheBytesOfTheSynWithFastOpen) {
  Connection connection;
  connection.options = {34, 2, 1, 1};
  EXPECT_TRUE(connection.send(true, kSyn, 10).in_stream);
  connection.options = {};
  EXPECT_FALSE(connection.segment(true, kAck, connection.next(true), 5).in_stream);
  connection.send(false, kSyn | kAck);
  EXPECT_EQ(connection.session.halves[0].acked, 10u);
  EXPECT_TRUE(connection.send(true, kAck, 5).whole);
  EXPECT_EQ(connection.session.halves[0].sent(), 15u);
}

TEST(TcpTracker, NeedsASynWithAckIfBothEndsSendASyn) {
  Connection connection;
  connection.send(true, kSyn);
  connection.send(false, kSyn);
  EXPECT_FALSE(connection.segment(true, kAck, connection.next(true), 10).in_stream);
  EXPECT_EQ(connection.flow.tcp, TcpState::kSynSent);
  connection.segment(true, kSyn | kAck, connection.next(true) - 1, 0);
  EXPECT_EQ(connection.flow.tcp, TcpState::kSynReceived);
  connection.send(false, kAck);
  EXPECT_EQ(connection.flow.tcp, TcpState::kEstablished);
  EXPECT_TRUE(connection.send(true, kAck, 10).whole);
}

TEST(TcpTracker, TakesNoBytesAfterASynAloneInModeMidstream) {
  Connection connection(true);
  connection.send(true, kSyn);
  EXPECT_FALSE(connection.segment(true, kAck, connection.next(true), 10).in_stream);
  Connection without(true);
  EXPECT_TRUE(without.send(true, kAck, 10).in_stream);
  Connection answer(true);
  answer.send(false, kSyn | kAck);
  EXPECT_TRUE(answer.send(true, kAck, 10).in_stream);
}

}  // namespace
}  // namespace warpline::ids
