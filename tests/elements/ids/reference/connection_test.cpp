// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/reference/connection.hpp"

#include <gtest/gtest.h>

#include "tests/elements/ids/frame_pieces.hpp"

namespace warpline::ids::reference {
namespace {

using test::be;

Packet segment(std::uint32_t flags, std::uint32_t sequence, std::string const& payload = {}) {
  Packet packet;
  packet.version = 4;
  packet.protocol = 6;
  packet.has_transport = true;
  packet.transport = be(1) + be(2) + be(0) + be(sequence) + be(0) + be(101) + '\x50' +
                     static_cast<char>(flags) + be(65535) + be(0) + be(0);
  packet.payload = payload;
  return packet;
}

TEST(ReferenceConnection, TakesNoBytesBeforeTheAnswerToTheSyn) {
  constexpr std::uint32_t kFin = 1, kSyn = 2, kAck = 16;
  Connection connection;
  auto const add = [&](Packet const& packet, bool to_server = true) {
    return connection.add(packet, to_server, overlap_of_segments("linux"), {}).in_stream;
  };
  add(segment(kSyn, 100));
  EXPECT_FALSE(add(segment(kAck, 101, "early")));
  EXPECT_FALSE(add(segment(kFin | kAck, 106)));
  EXPECT_EQ(connection.half(true).sent, 0);
  EXPECT_FALSE(connection.half(true).fin);
  add(segment(kSyn | kAck, 100), false);
  EXPECT_TRUE(add(segment(kAck, 101, "bytes")));
  EXPECT_EQ(connection.half(true).bytes, "bytes");
  EXPECT_TRUE(connection.was_established());
}

}  // namespace
}  // namespace warpline::ids::reference
