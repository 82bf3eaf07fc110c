// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/stream/tcp_tracker.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/net/wire.hpp"

namespace warpline::ids {
namespace {

constexpr std::uint8_t kSyn = 2, kRst = 4, kAck = 16;

/// A tracker, and one connection.
class Connection {
 public:
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
    header.data_offset = 0x50;
    header.flags = flags;
    header.window.set(65535);
    DecodedPacket packet{.frame = {frame_.data(), ipv4::kSize + tcp::kSize + size}};
    packet.transport = ipv4::kSize;
    packet.payload = ipv4::kSize + tcp::kSize;
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
  TcpTracker tracker{pool, {.depth = 10'000}};
  Flow flow{};
  TcpSession session{};

 private:
  std::vector<std::uint8_t> frame_ = std::vector<std::uint8_t>(ipv4::kSize + tcp::kSize + 65'000);
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

}  // namespace
}  // namespace warpline::ids
