// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/decode/plain_tcp.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "elements/ids/decode/frame_decoder.hpp"
#include "elements/ids/flow/flow_key.hpp"

namespace warpline::ids {
namespace {

using Frame = std::vector<std::uint8_t>;

/// An Ethernet frame with a TCP packet: `options` bytes after its header, a multiple of 4.
Frame frame_of(unsigned options, unsigned payload, unsigned trailer) {
  Frame frame(14 + 20 + 20 + options + payload + trailer, 7);
  auto const total = 40 + options + payload;
  frame[12] = 8;
  frame[13] = 0;
  frame[14] = 0x45;
  frame[16] = static_cast<std::uint8_t>(total >> 8);
  frame[17] = static_cast<std::uint8_t>(total);
  frame[20] = frame[21] = 0;
  frame[23] = 6;
  frame[46] = static_cast<std::uint8_t>((20 + options) / 4 << 4);
  return frame;
}

Bytes bytes_of(Frame const& frame) {
  return {frame.data(), static_cast<std::uint32_t>(frame.size())};
}

TEST(PlainTcp, FindsThePayload) {
  EXPECT_EQ(plain_tcp_packet(bytes_of(frame_of(0, 5, 0)))->payload, 54u);
  EXPECT_EQ(plain_tcp_packet(bytes_of(frame_of(12, 5, 3)))->payload, 66u);
  EXPECT_EQ(plain_tcp_packet(bytes_of(frame_of(12, 0, 6)))->payload_size, 0u)
      << "padding is no payload";
}

TEST(PlainTcp, LeavesTheRestToTheDecoder) {
  for (std::size_t const place : {12u, 14u, 20u, 23u}) {
    auto frame = frame_of(0, 5, 0);
    frame[place] ^= 0x20;
    EXPECT_FALSE(plain_tcp_packet(bytes_of(frame))) << "byte " << place;
  }
  auto const frame = frame_of(0, 5, 0);
  for (std::uint32_t size = 0; size < frame.size(); ++size)
    EXPECT_FALSE(plain_tcp_packet({frame.data(), size})) << size;
}

TEST(PlainTcp, AgreesWithTheDecoderOnChangedFrames) {
  std::mt19937 random(5);
  auto const below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
  FrameDecoder decoder;
  unsigned plain = 0;
  for (unsigned i = 0; i < 50'000; ++i) {
    auto frame = frame_of(below(4) * 4, below(30), below(8));
    for (unsigned change = below(4); change > 0; --change)
      frame[12 + below(40)] = static_cast<std::uint8_t>(below(256));
    frame.resize(frame.size() - (below(4) == 0 ? below(20) : 0));
    auto const packet = plain_tcp_packet(bytes_of(frame));
    if (!packet) continue;
    ++plain;
    auto const& inner = decoder.decode(bytes_of(frame), LinkType::kEthernet).back();
    ASSERT_EQ(packet->payload_size, inner.payload_size) << "frame " << i;
    ASSERT_EQ(packet->payload, inner.payload) << "frame " << i;
    auto const flow = flow_key_of(*packet), expected = flow_key_of(inner);
    ASSERT_TRUE(flow.key == expected.key && flow.from_second == expected.from_second)
        << "frame " << i;
  }
  EXPECT_GT(plain, 10'000u);
}

}  // namespace
}  // namespace warpline::ids
