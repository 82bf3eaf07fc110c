// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

namespace warpline {
namespace {

using test::Drops;
using test::Frame;
using test::FrameBuilder;
using test::Ipv4;
using test::run_pipeline;

constexpr char kPipeline[] = "FromInput -> FlowHash -> ToOutput;";

std::uint32_t hash_of(Frame const& frame) {
  return run_pipeline(kPipeline, {frame}).sent[0].at(0).flow;
}

constexpr std::uint32_t address(unsigned a, unsigned b, unsigned c, unsigned d) {
  return a << 24 | b << 16 | c << 8 | d;
}

/// The published suite for receive-side scaling: "Verifying the RSS hash calculation", Microsoft.
struct Vector {
  std::uint32_t source;
  std::uint16_t source_port;
  std::uint32_t destination;
  std::uint16_t destination_port;
  std::uint32_t addresses_only, with_ports;
};
constexpr Vector kVectors[] = {
    {address(66, 9, 149, 187), 2794, address(161, 142, 100, 80), 1766, 0x323e8fc2, 0x51ccc178},
    {address(199, 92, 111, 2), 14230, address(65, 69, 140, 83), 4739, 0xd718262a, 0xc626b0ea},
    {address(24, 19, 198, 95), 12898, address(12, 22, 207, 184), 38024, 0xd2d0a5de, 0x5c2b394a},
    {address(38, 27, 205, 30), 48228, address(209, 142, 163, 6), 2217, 0x82989176, 0xafc7327f},
    {address(153, 39, 163, 191), 44251, address(202, 188, 127, 2), 1303, 0x5d1809c5, 0x10e828a2},
};

TEST(FlowHash, AgreesWithThePublishedVectors) {
  for (auto const& vector : kVectors) {
    Ipv4 const ip{.source = vector.source, .destination = vector.destination};
    auto const tcp =
        FrameBuilder().ipv4(ip).tcp(vector.source_port, vector.destination_port).build();
    auto const udp =
        FrameBuilder().ipv4(ip).udp(vector.source_port, vector.destination_port).build();
    EXPECT_EQ(hash_of(tcp), vector.with_ports);
    EXPECT_EQ(hash_of(udp), vector.with_ports);
    EXPECT_EQ(hash_of(FrameBuilder().ipv4(ip).payload("no ports").build()), vector.addresses_only);
  }
}

TEST(FlowHash, FindsThePortsBehindOptions) {
  auto const& vector = kVectors[0];
  Ipv4 const ip{
      .source = vector.source, .destination = vector.destination, .options = Frame(12, 1)};
  EXPECT_EQ(
      hash_of(FrameBuilder().ipv4(ip).tcp(vector.source_port, vector.destination_port).build()),
      vector.with_ports);
}

TEST(FlowHash, LeavesThePortsOfFragmentsOut) {
  auto const& vector = kVectors[0];
  for (auto const fragment : std::vector<std::uint16_t>{0x2000, 0x0001, 0x1fff}) {
    Ipv4 const ip{.source = vector.source, .destination = vector.destination, .fragment = fragment};
    EXPECT_EQ(
        hash_of(FrameBuilder().ipv4(ip).udp(vector.source_port, vector.destination_port).build()),
        vector.addresses_only);
  }
  Ipv4 const whole{.source = vector.source, .destination = vector.destination, .fragment = 0x4000};
  EXPECT_EQ(
      hash_of(FrameBuilder().ipv4(whole).udp(vector.source_port, vector.destination_port).build()),
      vector.with_ports)
      << "don't fragment";
}

/// The definition, bit by bit over a 40-byte key, as the specification words it.
std::uint32_t toeplitz(Frame const& input) {
  auto const key = test::from_hex(
      "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa");
  auto const bit = [](Frame const& bytes, std::size_t index) {
    return static_cast<unsigned>(bytes[index / 8] >> (7 - index % 8) & 1);
  };
  std::uint32_t result = 0;
  for (std::size_t i = 0; i < input.size() * 8; ++i) {
    std::uint32_t window = 0;
    for (std::size_t j = 0; j < 32; ++j) window = window << 1 | bit(key, i + j);
    if (bit(input, i) == 1) result ^= window;
  }
  return result;
}

TEST(FlowHash, AgreesWithTheDefinitionOnRandomFlows) {
  std::mt19937_64 random(1);
  std::vector<Frame> frames;
  for (int i = 0; i < 1000; ++i) frames.push_back(test::udp_frame(random, 60));
  auto const out = run_pipeline(kPipeline, frames);
  for (std::size_t i = 0; i < frames.size(); ++i)
    ASSERT_EQ(out.sent[0][i].flow, toeplitz(Frame(frames[i].begin() + 26, frames[i].begin() + 38)));
}

TEST(FlowHash, DropsFramesWithoutAWholeHeaderAndTakesCutPorts) {
  auto const whole = FrameBuilder().ipv4().udp(1, 2).build();
  for (std::ptrdiff_t length = 0; length < 34; ++length)
    ASSERT_EQ(run_pipeline(kPipeline, {Frame(whole.begin(), whole.begin() + length)}).drops,
              (Drops{{"truncated", 1}}));
  auto const addresses = hash_of(FrameBuilder().ipv4().build());
  for (std::ptrdiff_t length = 34; length < 38; ++length)
    ASSERT_EQ(hash_of(Frame(whole.begin(), whole.begin() + length)), addresses);
  EXPECT_NE(hash_of(Frame(whole.begin(), whole.begin() + 38)), addresses);
}

}  // namespace
}  // namespace warpline
