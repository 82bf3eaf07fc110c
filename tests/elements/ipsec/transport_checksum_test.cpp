// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/packet/transport_checksum.hpp"

#include <gtest/gtest.h>

#include "elements/ipsec/packet/esp_inbound.hpp"
#include "tests/elements/ipsec/esp_forms.hpp"

namespace warpline::ipsec {
namespace {

using test::FrameBuilder;
using testing::Octets;

/// The IP packet of a frame with its checksum computed again.
Octets renewed(Octets const& frame) {
  auto ip = testing::ip_of(frame);
  renew_transport_checksum({ip.data(), static_cast<std::uint32_t>(ip.size())});
  return ip;
}

/// The same with another source, as a NAT leaves it: IPv4's own checksum right, the other not.
Octets translated(Octets frame) {
  bool const v4 = frame[12] == 0x08;
  frame[v4 ? 14 + 15 : 14 + 8 + 15] ^= 0x5a;
  if (v4) {
    frame[24] = frame[25] = 0;
    auto const sum = test::plain_checksum(Octets(frame.begin() + 14, frame.begin() + 34));
    frame[24] = static_cast<std::uint8_t>(sum >> 8);
    frame[25] = static_cast<std::uint8_t>(sum);
  }
  return frame;
}

constexpr std::uint32_t kBefore = 0x0a000001, kAfter = 0x0a000001 ^ 0x5a;

Octets udp4(std::uint32_t source, Octets const& payload) {
  return FrameBuilder().ipv4({.source = source}).udp(4000, 53).payload(payload).build();
}

TEST(TransportChecksum, FollowsAddressesThatANatHasChanged) {
  for (std::size_t size = 0; size < 40; ++size) {
    Octets const payload(size, static_cast<std::uint8_t>(0x30 + size));
    auto const before = udp4(kBefore, payload), after = udp4(kAfter, payload);
    ASSERT_NE(before, after);
    EXPECT_EQ(translated(before).size(), after.size());
    EXPECT_NE(testing::ip_of(translated(before)), testing::ip_of(after));
    EXPECT_EQ(renewed(translated(before)), testing::ip_of(after));
    auto const tcp = [&](std::uint32_t source) {
      return FrameBuilder().ipv4({.source = source}).tcp(4000, 80).payload(payload).build();
    };
    EXPECT_EQ(renewed(translated(tcp(kBefore))), testing::ip_of(tcp(kAfter)));
    test::Ipv6 other;
    other.source[15] ^= 0x5a;
    EXPECT_EQ(renewed(translated(FrameBuilder().ipv6().udp(1, 2).payload(payload).build())),
              testing::ip_of(FrameBuilder().ipv6(other).udp(1, 2).payload(payload).build()));
    EXPECT_EQ(renewed(translated(FrameBuilder().ipv6().tcp(1, 2).payload(payload).build())),
              testing::ip_of(FrameBuilder().ipv6(other).tcp(1, 2).payload(payload).build()));
  }
}

TEST(TransportChecksum, LeavesAloneWhatHasNone) {
  auto const unchanged = [](Octets const& frame, char const* what) {
    EXPECT_EQ(renewed(frame), testing::ip_of(frame)) << what;
  };
  auto none = udp4(kBefore, Octets(10));
  none[40] = none[41] = 0;
  unchanged(none, "UDP without a checksum");
  auto none6 = FrameBuilder().ipv6().udp(1, 2).payload(Octets(10)).build();
  none6[60] = none6[61] = 0;
  unchanged(none6, "the same over IPv6");
  for (auto const place : std::vector<std::uint16_t>{0x2000, 0x0001, 0x2001})
    unchanged(FrameBuilder().ipv4({.fragment = place}).udp(1, 2, false).payload(Octets(16)).build(),
              "a part");
  unchanged(FrameBuilder().ipv4({.protocol = std::uint8_t{1}}).payload(Octets(20)).build(), "ICMP");
  unchanged(FrameBuilder().ipv4({.protocol = std::uint8_t{6}}).payload(Octets(19, 1)).build(),
            "less than a TCP header");
  unchanged(FrameBuilder().ipv4({.protocol = std::uint8_t{17}}).payload(Octets(7, 1)).build(),
            "less than a UDP header");
  auto longer = FrameBuilder().ipv4().udp(1, 2, false).payload(Octets(10)).build();
  longer[39] = 19;
  unchanged(longer, "UDP that is longer than the packet");
  longer[39] = 7;
  unchanged(longer, "UDP that is shorter than its header");
}

/// TCP over IPv6 after these headers, with a checksum that is wrong.
Octets wrong_tcp(testing::Extensions const& headers) {
  auto const tcp = FrameBuilder().ipv6().tcp(1, 2, 0x10, false).payload(Octets(9)).build();
  return testing::with_extensions(headers, 6, Octets(tcp.begin() + 54, tcp.end()));
}

TEST(TransportChecksum, IsFoundBehindHeadersOfIpv6) {
  auto const right = FrameBuilder().ipv6().tcp(1, 2).payload(Octets(9)).build();
  Octets const want(right.begin() + 54, right.end());
  auto const ip = renewed(wrong_tcp({{testing::kHop, testing::extension(0)},
                                     {testing::kFragment, testing::extension(0)},
                                     {testing::kOptions, testing::extension(1)}}));
  EXPECT_EQ(Octets(ip.end() - static_cast<std::ptrdiff_t>(want.size()), ip.end()), want);
  auto part = testing::extension(0);
  part[2] = 1;  // M
  Octets const in_parts{0, 0, 1, 0, 0, 0, 0}, onward{0, 0, 1, 0, 0, 0, 0};
  for (auto const& [type, bytes] :
       testing::Extensions{{testing::kFragment, in_parts},
                           {testing::kRouting, onward},
                           {testing::kOptions, testing::extension(0)}}) {
    auto frame = wrong_tcp({{type, bytes}});
    if (type == testing::kOptions) frame[14 + 41] = 200;  // not whole
    EXPECT_EQ(renewed(frame), testing::ip_of(frame)) << int{type};
  }
}

/// An inbound SA's decapsulation of a packet whose addresses were changed on its way.
Octets arrived(bool in_udp, Octets const& sent) {
  SaEncapsulation form;
  form.mode = SaMode::kTransport;
  form.source = *parse_ip_address("10.0.0.1");
  form.destination = *parse_ip_address("10.0.0.2");
  if (in_udp) form.udp = {4500, 4500};
  testing::SealOptions options;
  options.next_header = sent[14 + 9];
  auto const esp = testing::seal_esp(form, Octets(sent.begin() + 34, sent.end()), options);
  testing::Frame frame(translated(testing::carry_esp(form, esp)));
  OuterPacket outer{};
  EXPECT_EQ(inspect_outer(frame.packet, outer), OuterKind::kEsp);
  EspInbound const inbound(form);
  EXPECT_EQ(inbound.prepare(frame.packet, outer, 1, 0), forward());
  EXPECT_EQ(inbound.decapsulate(frame.packet, outer.esp_offset), forward());
  return frame.bytes();
}

TEST(TransportChecksum, IsMadeAnewInUdpEncapsulationAlone) {
  Octets const payload(33, 7);
  Octets const right = udp4(kAfter, payload), before = udp4(kBefore, payload);
  auto const through = arrived(true, before);
  EXPECT_EQ(Octets(through.begin() + 34, through.end()), Octets(right.begin() + 34, right.end()));
  auto const plain = arrived(false, before);
  EXPECT_EQ(Octets(plain.begin() + 34, plain.end()), Octets(before.begin() + 34, before.end()));
}

}  // namespace
}  // namespace warpline::ipsec
