// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/net/layers.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

namespace warpline {
namespace {

using namespace std::string_literals;

std::string be(unsigned value) { return {static_cast<char>(value >> 8), static_cast<char>(value)}; }
std::string ethernet(unsigned type) { return std::string(12, '\x02') + be(type); }

std::string ip4(unsigned protocol, std::string const& rest, unsigned fragment = 0,
                std::string const& options = "") {
  auto const header = 20 + options.size();
  return std::string(1, static_cast<char>(0x40 | header / 4)) + "\0"s +
         be(static_cast<unsigned>(header + rest.size())) + "\0\1"s + be(fragment) + "\x40"s +
         static_cast<char>(protocol) + "\0\0"s + std::string(8, '\x0a') + options + rest;
}
std::string ip6(unsigned next, std::string const& rest) {
  return "\x60\0\0\0"s + be(static_cast<unsigned>(rest.size())) + static_cast<char>(next) +
         "\x40"s + std::string(32, '\xfd') + rest;
}
std::string tcp_segment(std::string const& payload, std::string const& options = "") {
  return std::string(12, '\1') + static_cast<char>((20 + options.size()) / 4 << 4) +
         std::string(7, '\0') + options + payload;
}
std::string udp_datagram(std::string const& payload) {
  return "\0\x35\0\x35"s + be(static_cast<unsigned>(8 + payload.size())) + "\0\0"s + payload;
}

/// In a buffer of its exact size, so that a sanitizer sees any byte read outside.
struct Walked {
  explicit Walked(std::string const& text)
      : frame(new std::uint8_t[text.size()]), size(static_cast<std::uint32_t>(text.size())) {
    std::copy(text.begin(), text.end(), frame.get());
    layers = walk_layers({frame.get(), size});
  }
  std::string payload() const {
    return {reinterpret_cast<char const*>(layers.payload.data), layers.payload.size};
  }
  std::unique_ptr<std::uint8_t[]> frame;
  std::uint32_t size;
  Layers layers;
};

std::string payload_of(std::string const& frame) {
  Walked const walked(frame);
  EXPECT_FALSE(walked.layers.malformed);
  return walked.payload();
}

void expect_malformed(std::string const& frame) {
  Walked const walked(frame);
  EXPECT_TRUE(walked.layers.malformed);
  EXPECT_EQ(walked.layers.payload.size, 0u);
}

TEST(WalkLayers, FindsTcpAndUdpPayloadsAfterIpv4) {
  EXPECT_EQ(payload_of(ethernet(0x0800) + ip4(6, tcp_segment("hello"))), "hello");
  EXPECT_EQ(payload_of(ethernet(0x0800) + ip4(17, udp_datagram("dns"))), "dns");
  EXPECT_EQ(payload_of(ethernet(0x0800) + ip4(6, tcp_segment(""))), "");
}

TEST(WalkLayers, SkipsIpv4AndTcpOptions) {
  auto const frame =
      ethernet(0x0800) + ip4(6, tcp_segment("x", std::string(12, '\1')), 0, std::string(40, '\1'));
  EXPECT_EQ(payload_of(frame), "x");
}

TEST(WalkLayers, SkipsOneOrTwoVlanTags) {
  auto const inner = be(0x0800) + ip4(17, udp_datagram("v"));
  EXPECT_EQ(payload_of(ethernet(0x8100) + be(5) + inner), "v");
  EXPECT_EQ(payload_of(ethernet(0x88a8) + be(5) + be(0x8100) + be(6) + inner), "v");
  auto const third = be(7) + inner;
  EXPECT_EQ(payload_of(ethernet(0x88a8) + be(5) + be(0x8100) + be(6) + be(0x8100) + third), third);
}

TEST(WalkLayers, EndsWhereTheLengthsSayNotAtThePadding) {
  EXPECT_EQ(payload_of(ethernet(0x0800) + ip4(6, tcp_segment("a")) + std::string(5, '\0')), "a");
  auto datagram = udp_datagram("abcdef");
  datagram[5] = 8 + 3;
  EXPECT_EQ(payload_of(ethernet(0x0800) + ip4(17, datagram)), "abc");
  EXPECT_EQ(payload_of(ethernet(0x86dd) + ip6(17, udp_datagram("six")) + "trailer"), "six");
}

TEST(WalkLayers, EndsWithTheFrameWhereTheLengthsSayMore) {
  auto const frame = ethernet(0x0800) + ip4(17, udp_datagram("captured short"));
  EXPECT_EQ(payload_of(frame.substr(0, frame.size() - 6)), "captured");
}

TEST(WalkLayers, TakesFragmentsWholeAfterTheIpHeader) {
  EXPECT_EQ(payload_of(ethernet(0x0800) + ip4(6, "later part", 0x0010)), "later part");
  auto const first = tcp_segment("first");
  EXPECT_EQ(payload_of(ethernet(0x0800) + ip4(6, first, 0x2000)), first);
  EXPECT_EQ(payload_of(ethernet(0x0800) + ip4(17, udp_datagram("df"), 0x4000)), "df");
  EXPECT_EQ(payload_of(ethernet(0x86dd) + ip6(44, "\x06\0\0\x08\0\0\0\1part"s)), "part");
}

TEST(WalkLayers, TakesAnAtomicFragmentAsWhole) {
  EXPECT_EQ(payload_of(ethernet(0x86dd) + ip6(44, "\x11\0\0\0\0\0\0\1"s + udp_datagram("u"))), "u");
}

TEST(WalkLayers, WalksIpv6ExtensionHeaders) {
  auto const hop = "\x2b\0"s + std::string(6, '\0');              // then routing
  auto const routing = "\x33\1"s + std::string(14, '\0');         // then authentication
  auto const authentication = "\x3c\4"s + std::string(22, '\0');  // then destination options
  auto const options = "\x06\0"s + std::string(6, '\0');          // then TCP
  EXPECT_EQ(payload_of(ethernet(0x86dd) +
                       ip6(0, hop + routing + authentication + options + tcp_segment("deep"))),
            "deep");
  EXPECT_EQ(payload_of(ethernet(0x86dd) + ip6(59, "none")), "none");
}

TEST(WalkLayers, StopsAfterEightExtensionHeaders) {
  std::string chain;
  for (int i = 0; i < 9; ++i) chain += "\x3c\0"s + std::string(6, '\0');
  EXPECT_EQ(payload_of(ethernet(0x86dd) + ip6(60, chain + "x")), chain.substr(8 * 8) + "x");
}

TEST(WalkLayers, SkipsTheIcmpHeaderOfItsVersionOnly) {
  auto const echo = "\x08\0\0\0\0\1\0\1ping"s;
  EXPECT_EQ(payload_of(ethernet(0x0800) + ip4(1, echo)), "ping");
  EXPECT_EQ(payload_of(ethernet(0x86dd) + ip6(58, echo)), "ping");
  EXPECT_EQ(payload_of(ethernet(0x0800) + ip4(58, echo)), echo);
}

TEST(WalkLayers, TakesOtherProtocolsWhole) {
  EXPECT_EQ(payload_of(ethernet(0x0800) + ip4(47, "gre")), "gre");
  EXPECT_EQ(payload_of(ethernet(0x86dd) + ip6(50, "esp")), "esp");
  EXPECT_EQ(payload_of(ethernet(0x0806) + "arp body"), "arp body");
  EXPECT_EQ(payload_of(ethernet(0x88cc)), "");
}

TEST(WalkLayers, CallsCutOrContradictoryHeadersMalformed) {
  expect_malformed("");
  expect_malformed(ethernet(0x0800).substr(0, 13));
  expect_malformed(ethernet(0x8100) + "\0\1\x08"s);
  expect_malformed(ethernet(0x0800) + ip4(6, "").substr(0, 19));
  expect_malformed(ethernet(0x0800) + ip6(6, tcp_segment("x")));
  expect_malformed(ethernet(0x86dd) + ip4(6, tcp_segment("x")) + std::string(40, ' '));
  expect_malformed(ethernet(0x0800) + ip4(6, tcp_segment("").substr(0, 19)));
  expect_malformed(ethernet(0x0800) + ip4(17, "\0\1\0\1\0\x08\0"s));
  expect_malformed(ethernet(0x0800) + ip4(17, "\0\1\0\1\0\x07\0\0"s));
  expect_malformed(ethernet(0x0800) + ip4(1, "\x08\0\0\0"s));
  expect_malformed(ethernet(0x86dd) + ip6(0, "\x06\1"s + std::string(6, '\0')));
  expect_malformed(ethernet(0x86dd) + ip6(44, "\x06\0\0\0"s));
  auto short_header = ip4(6, tcp_segment("x"));
  short_header[0] = 0x44;
  expect_malformed(ethernet(0x0800) + short_header);
  auto short_total = ip4(6, tcp_segment("x"));
  short_total[3] = 19;
  expect_malformed(ethernet(0x0800) + short_total);
  auto segment = tcp_segment("x");
  segment[12] = 0x40;
  expect_malformed(ethernet(0x0800) + ip4(6, segment));
  segment[12] = '\xf0';
  expect_malformed(ethernet(0x0800) + ip4(6, segment));
}

TEST(WalkLayers, StaysInsideFramesOfAnyContent) {
  std::mt19937 random(5);
  std::string const frames[] = {
      ethernet(0x0800) + ip4(6, tcp_segment("payload"), 0, std::string(8, '\1')),
      ethernet(0x8100) + be(1) + be(0x86dd) +
          ip6(0, "\x3c\0......\x11\0......"s + udp_datagram("p"))};
  for (int round = 0; round < 20000; ++round) {
    auto frame = frames[round % 2];
    for (auto changes = random() % 4; changes > 0; --changes)
      frame[random() % frame.size()] = static_cast<char>(random());
    frame.resize(random() % (frame.size() + 1));
    Walked const walked(frame);
    auto const& layers = walked.layers;
    if (layers.malformed || layers.payload.size == 0) continue;
    EXPECT_GE(layers.payload.data, walked.frame.get());
    EXPECT_LE(layers.payload.data + layers.payload.size, walked.frame.get() + walked.size);
  }
}

}  // namespace
}  // namespace warpline
