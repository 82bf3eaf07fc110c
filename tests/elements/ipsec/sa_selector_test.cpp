// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/database/sa_selector.hpp"

#include <gtest/gtest.h>

#include <random>

#include "elements/ipsec/policy/flow_key.hpp"
#include "elements/ipsec/policy/flow_rule.hpp"
#include "tests/support/frame.hpp"

namespace warpline::ipsec {
namespace {

IpPrefix prefix_of(std::mt19937& random, unsigned version) {
  IpPrefix prefix;
  prefix.address.version = static_cast<std::uint8_t>(version);
  prefix.length = static_cast<std::uint8_t>(random() % (version == 4 ? 33 : 129));
  for (unsigned bit = 0; bit < prefix.length; ++bit)
    if (random() % 4 == 0)
      prefix.address.bytes[bit / 8] |= static_cast<std::uint8_t>(0x80 >> bit % 8);
  return prefix;
}

TrafficSelector selector_of(std::mt19937& random) {
  TrafficSelector selector;
  unsigned const version = random() % 2 == 0 ? 4 : 6;
  if (random() % 3 != 0) selector.source = prefix_of(random, version);
  if (random() % 3 != 0) selector.destination = prefix_of(random, version);
  if (random() % 4 == 0) selector.protocol = protocol::kUdp;
  if (random() % 4 == 0) selector.source_port = {0, 1000};
  if (random() % 4 == 0) selector.destination_port = {2000, 2000};
  return selector;
}

/// An IP packet whose addresses are those of the selector, but for some bits.
std::vector<std::uint8_t> packet_of(std::mt19937& random, TrafficSelector const& selector,
                                    unsigned version) {
  auto const port = [&] { return static_cast<std::uint16_t>(random() % 3 * 1000); };
  test::FrameBuilder builder;
  if (version == 4)
    builder.ipv4();
  else
    builder.ipv6();
  auto frame = builder.udp(port(), port()).payload("data").build();
  std::vector<std::uint8_t> packet(frame.begin() + ether::kSize, frame.end());
  std::size_t const size = version == 4 ? 4 : 16, first = version == 4 ? 12 : 8;
  auto const put = [&](std::optional<IpPrefix> const& prefix, std::size_t offset) {
    for (std::size_t i = 0; i < size; ++i)
      packet[offset + i] = prefix ? prefix->address.bytes[i] : static_cast<std::uint8_t>(random());
    if (random() % 2 == 0)
      packet[offset + random() % size] ^= static_cast<std::uint8_t>(1 << random() % 8);
  };
  put(selector.source, first);
  put(selector.destination, first + size);
  return packet;
}

TEST(SaSelector, TakesWhatTheRuleTakes) {
  std::mt19937 random(1);
  unsigned taken[2][2] = {};  // by version, by outcome
  for (int turn = 0; turn < 20000; ++turn) {
    auto const selector = selector_of(random);
    SaSelector const asked(selector);
    unsigned const version = random() % 2 == 0 ? 4 : 6;
    auto const packet = packet_of(random, selector, version);
    auto const size = static_cast<std::uint32_t>(packet.size());
    FlowKey key;
    ASSERT_TRUE(read_flow_key(packet.data(), size, key));
    auto const rule = FlowRule::of(selector, version);
    bool const expected = rule && rule->takes(key);
    ASSERT_EQ(asked.takes(packet.data(), size), expected) << "turn " << turn;
    ++taken[version == 6][expected];
  }
  for (auto const& version : taken)
    for (auto const count : version) EXPECT_GT(count, 500u);
}

TEST(SaSelector, OfNothingTakesBothVersions) {
  SaSelector const any{TrafficSelector{}};
  for (bool const ipv4 : {true, false}) {
    test::FrameBuilder builder;
    auto const frame = (ipv4 ? builder.ipv4() : builder.ipv6()).udp(1, 2).build();
    EXPECT_TRUE(any.takes(frame.data() + ether::kSize,
                          static_cast<std::uint32_t>(frame.size() - ether::kSize)));
  }
}

}  // namespace
}  // namespace warpline::ipsec
