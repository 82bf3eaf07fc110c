// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/net/parse.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "tests/support/frame.hpp"
#include "tests/support/reference_headers.hpp"

namespace warpline {
namespace {

using test::Frame;
using test::FrameBuilder;
namespace flag = header_flag;

/// Parses a copy of exactly the frame's size, so that AddressSanitizer sees each byte beyond it.
Headers parsed(Frame const& frame) {
  auto const copy = std::make_unique<std::uint8_t[]>(frame.size());
  std::copy(frame.begin(), frame.end(), copy.get());
  return parse_headers({copy.get(), static_cast<std::uint32_t>(frame.size())});
}

TEST(Parse, ReadsAnUntaggedPacket) {
  auto const headers = parsed(
      FrameBuilder().ipv4({.tos = 0x2e, .fragment = 0x4000}).udp(1, 2).payload("abc").build());
  EXPECT_EQ(headers.flags, flag::kIpv4 | flag::kDontFragment);
  EXPECT_EQ(headers.l2_length, 14u);
  EXPECT_EQ(headers.l3_length, 20u);
  EXPECT_EQ(headers.ip_length, 31u);
  EXPECT_EQ(headers.protocol, 17);
  EXPECT_EQ(headers.tos, 0x2e);
}

TEST(Parse, ReadsUpToTwoVlanTags) {
  auto const one = parsed(FrameBuilder().vlan(5).ipv4().udp(1, 2).build());
  EXPECT_EQ(one.flags, flag::kIpv4 | flag::kTagged);
  EXPECT_EQ(one.l2_length, 18u);
  EXPECT_EQ(one.vlan, 5);
  auto const two = parsed(FrameBuilder().vlan(5).vlan(6).ipv6().tcp(1, 2).build());
  EXPECT_EQ(two.flags, flag::kIpv6 | flag::kTagged | flag::kDontFragment);
  EXPECT_EQ(two.l2_length, 22u);
  EXPECT_EQ(two.vlan, 5) << "of the outer tag";
  auto const three = parsed(FrameBuilder().vlan(5).vlan(6).vlan(7).ipv4().udp(1, 2).build());
  EXPECT_EQ(three.flags, flag::kTagged);
  EXPECT_EQ(three.l2_length, 22u);
  EXPECT_EQ(three.ip_length, 0u);
}

TEST(Parse, TellsPacketsThatAreCutFromHeadersThatAreWrong) {
  auto const whole = FrameBuilder().ipv4().udp(1, 2).payload("payload").build();
  auto cut = whole;
  cut.pop_back();
  EXPECT_EQ(parsed(cut).flags, flag::kIpv4 | flag::kTruncated);
  EXPECT_EQ(parsed(Frame(whole.begin(), whole.begin() + 33)).flags, flag::kIpv4 | flag::kMalformed);
  EXPECT_EQ(parsed(Frame(whole.begin(), whole.begin() + 13)).flags, flag::kMalformed);
  EXPECT_EQ(parsed(FrameBuilder().ipv4({.version_ihl = 0x44}).udp(1, 2).build()).flags,
            flag::kIpv4 | flag::kMalformed);
  EXPECT_EQ(parsed(FrameBuilder().ipv4({.total_length = 19}).udp(1, 2).build()).flags,
            flag::kIpv4 | flag::kMalformed);
  EXPECT_EQ(parsed({}).flags, flag::kMalformed);
}

/// Frames with tags, options and extension headers, then cut and changed at random.
Frame random_frame(std::mt19937& random) {
  FrameBuilder builder;
  for (auto tags = random() % 4; tags > 0 && random() % 2 == 0; --tags)
    builder.vlan(static_cast<std::uint16_t>(random()));
  Frame rest;
  if (random() % 2 == 0) {
    Frame options(random() % 11 * 4);
    for (auto& byte : options) byte = static_cast<std::uint8_t>(random());
    builder.ipv4({.tos = static_cast<std::uint8_t>(random()),
                  .fragment = static_cast<std::uint16_t>(random() % 3 == 0 ? random() : 0),
                  .options = options,
                  .protocol = static_cast<std::uint8_t>(random())});
    rest.resize(random() % 40);
  } else {
    constexpr std::uint8_t kKinds[] = {0, 6, 17, 43, 44, 50, 51, 58, 59, 60, 135, 139, 140};
    auto const kind = [&] { return kKinds[random() % std::size(kKinds)]; };
    builder.ipv6({.next_header = kind()});
    for (auto count = random() % 10; count > 0; --count) {
      Frame extension(8 + random() % 3 * 8);
      for (auto& byte : extension) byte = static_cast<std::uint8_t>(random());
      extension[0] = kind();
      extension[1] = static_cast<std::uint8_t>(extension.size() / 8 - 1);
      if (random() % 2 == 0) extension[2] = extension[3] = 0;
      rest.insert(rest.end(), extension.begin(), extension.end());
    }
  }
  auto frame = builder.payload(rest).build();
  if (random() % 4 == 0) frame[random() % std::min<std::size_t>(frame.size(), 64)] = random() & 255;
  if (random() % 4 == 0) frame.resize(random() % (frame.size() + 1));
  return frame;
}

TEST(Parse, AgreesWithASlowParserOnRandomFrames) {
  std::mt19937 random(802);
  unsigned whole = 0;
  for (int round = 0; round < 100'000; ++round) {
    auto const frame = random_frame(random);
    test::ReferenceHeaders const reference(frame);
    ASSERT_STREQ(test::first_difference(parsed(frame), reference.headers), nullptr)
        << "round " << round;
    whole += reference.headers.protocol != 0 && !reference.headers.has(flag::kMalformed);
  }
  EXPECT_GT(whole, 25'000u);
}

}  // namespace
}  // namespace warpline
