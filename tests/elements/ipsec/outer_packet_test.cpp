// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/packet/outer_packet.hpp"

#include <gtest/gtest.h>

#include "elements/ipsec/esp/sa_tag.hpp"
#include "tests/elements/ipsec/esp_forms.hpp"

namespace warpline::ipsec {
namespace {

using test::FrameBuilder;
using testing::extension;
using testing::Frame;
using testing::kFragment;
using testing::kHop;
using testing::kOptions;
using testing::kRouting;
using testing::Octets;
using testing::with_extensions;

OuterKind inspect(Octets const& bytes, OuterPacket& outer, std::uint16_t port = 4500) {
  Frame const frame(bytes, 0, 0);
  auto const kind = inspect_outer(frame.packet, outer, port);
  outer.destination = nullptr;  // the frame ends here
  return kind;
}
OuterKind inspect(Octets const& bytes, std::uint16_t port = 4500) {
  OuterPacket outer{};
  return inspect(bytes, outer, port);
}

/// SPI 0x01020304, number 0x05060708, and more.
Octets esp(std::size_t more = 40) {
  Octets bytes{1, 2, 3, 4, 5, 6, 7, 8};
  bytes.resize(8 + more, 0x99);
  return bytes;
}

struct Case {
  char const* name;
  Octets frame;
  unsigned esp_offset;
  unsigned trailing;  // bytes of the frame after the ESP packet
  bool v4, udp;
  unsigned tos;
};

std::vector<Case> good() {
  auto v6 = FrameBuilder().ipv6({.next_header = 50}).payload(esp()).build();
  v6[14] = 0x6a;
  v6[15] = 0xb0;
  auto in_longer_ip = FrameBuilder().ipv4().udp(1, 4500).payload(esp()).build();
  in_longer_ip[39] = static_cast<std::uint8_t>(in_longer_ip[39] - 4);
  Octets const atomic(7);
  return {
      {"IPv4", FrameBuilder().ipv4({.tos = 0xab, .protocol = 50}).payload(esp()).build(), 34, 0,
       true, false, 0xab},
      {"with DF", FrameBuilder().ipv4({.fragment = 0x4000, .protocol = 50}).payload(esp()).build(),
       34, 0, true, false, 0},
      {"with options",
       FrameBuilder()
           .ipv4({.tos = 3, .options = Octets(12, 1), .protocol = 50})
           .payload(esp())
           .build(),
       46, 0, true, false, 3},
      {"padded by Ethernet",
       FrameBuilder().ipv4({.protocol = 50}).payload(esp(2)).pad_to(60).build(), 34, 16, true,
       false, 0},
      {"in UDP", FrameBuilder().ipv4({.tos = 1}).udp(61234, 4500).payload(esp()).build(), 42, 0,
       true, true, 1},
      {"in UDP, IP being longer", in_longer_ip, 42, 4, true, true, 0},
      {"in UDP after options",
       FrameBuilder().ipv4({.options = Octets(40, 1)}).udp(1, 4500).payload(esp()).build(), 82, 0,
       true, true, 0},
      {"in UDP, without padding of Ethernet",
       FrameBuilder().ipv4().udp(1, 4500).payload(esp(0)).pad_to(60).build(), 42, 10, true, true,
       0},
      {"IPv6", v6, 54, 0, false, false, 0xab},
      {"IPv6 in UDP", FrameBuilder().ipv6().udp(1, 4500).payload(esp()).build(), 62, 0, false, true,
       0},
      {"after extension headers",
       with_extensions({{kHop, extension(0)},
                        {kOptions, extension(1)},
                        {kRouting, extension(0)},
                        {kFragment, atomic},
                        {kOptions, extension(0)}},
                       50, esp()),
       54 + 48, 0, false, false, 0},
      {"at the largest offset", with_extensions({{kHop, extension(28)}}, 50, esp()), kLastEspOffset,
       0, false, false, 0},
  };
}

TEST(InspectOuter, FindsEsp) {
  for (auto const& [name, bytes, esp_offset, trailing, v4, udp, tos] : good()) {
    Frame const frame(bytes, 0, 0);
    OuterPacket outer{};
    ASSERT_EQ(inspect_outer(frame.packet, outer), OuterKind::kEsp) << name;
    EXPECT_EQ(outer.spi, 0x01020304u) << name;
    EXPECT_EQ(outer.sequence, 0x05060708u) << name;
    EXPECT_EQ(outer.esp_offset, esp_offset) << name;
    EXPECT_EQ(outer.end + trailing, bytes.size()) << name;
    EXPECT_EQ(outer.ipv4, v4) << name;
    EXPECT_EQ(outer.udp, udp) << name;
    EXPECT_EQ(outer.tos, tos) << name;
    EXPECT_EQ(outer.destination, frame.packet.data + (v4 ? 30 : 38)) << name;
  }
}

TEST(InspectOuter, RefusesEveryCutOfAFrame) {
  for (auto const& sample : good()) {
    auto const whole = sample.frame.size() - (sample.udp ? 0 : sample.trailing);
    for (std::size_t size = 0; size < whole && sample.trailing < 5; ++size) {
      auto cut = sample.frame;
      cut.resize(size);
      ASSERT_EQ(inspect(cut), OuterKind::kTruncated) << sample.name << " cut to " << size;
    }
  }
}

TEST(InspectOuter, RefusesEspWithoutItsHeader) {
  for (std::size_t size = 0; size < 8; ++size) {
    auto some = esp();
    some.resize(size);
    EXPECT_EQ(inspect(FrameBuilder().ipv4({.protocol = 50}).payload(some).pad_to(60).build()),
              OuterKind::kTruncated);
    EXPECT_EQ(inspect(FrameBuilder().ipv4().udp(1, 4500).payload(some).pad_to(60).build()),
              OuterKind::kTruncated);
    EXPECT_EQ(inspect(FrameBuilder().ipv6({.next_header = 50}).payload(some).pad_to(80).build()),
              OuterKind::kTruncated);
  }
}

TEST(InspectOuter, TellsIkeAndKeepalivesFromEsp) {
  Octets ike(28);
  EXPECT_EQ(inspect(FrameBuilder().ipv4().udp(4500, 4500).payload(ike).build()), OuterKind::kIke);
  EXPECT_EQ(inspect(FrameBuilder().ipv6().udp(4500, 4500).payload(ike).build()), OuterKind::kIke);
  ike[3] = 1;
  EXPECT_EQ(inspect(FrameBuilder().ipv4().udp(4500, 4500).payload(ike).build()), OuterKind::kEsp);
  Octets const keepalive{0xff};
  EXPECT_EQ(inspect(FrameBuilder().ipv4().udp(1, 4500).payload(keepalive).pad_to(60).build()),
            OuterKind::kKeepalive);
  EXPECT_EQ(inspect(FrameBuilder().ipv6().udp(1, 4500).payload(keepalive).build()),
            OuterKind::kKeepalive);
  EXPECT_EQ(inspect(FrameBuilder().ipv4().udp(1, 4500).payload(Octets{0xfe}).build()),
            OuterKind::kTruncated);
}

TEST(InspectOuter, LooksIntoUdpToItsPortAlone) {
  auto const bytes = FrameBuilder().ipv4().udp(4500, 500).payload(esp()).build();
  EXPECT_EQ(inspect(bytes), OuterKind::kOther);
  EXPECT_EQ(inspect(bytes, 500), OuterKind::kEsp);
  EXPECT_EQ(inspect(FrameBuilder().ipv4().udp(1, 4500).payload(esp()).build(), 0),
            OuterKind::kOther);
  EXPECT_EQ(inspect(FrameBuilder().ipv4().udp(1, 0).payload(esp()).build(), 0), OuterKind::kOther);
}

TEST(InspectOuter, RefusesUdpLengthsThatCannotBe) {
  auto bytes = FrameBuilder().ipv4().udp(1, 4500).payload(esp()).build();
  for (unsigned const length : {0u, 7u, 8u, 15u, 57u, 0xffffu}) {
    bytes[38] = static_cast<std::uint8_t>(length >> 8);
    bytes[39] = static_cast<std::uint8_t>(length);
    EXPECT_EQ(inspect(bytes), OuterKind::kTruncated) << length;
  }
}

TEST(InspectOuter, LeavesOtherPacketsAlone) {
  EXPECT_EQ(inspect(FrameBuilder().ipv4().tcp(1, 2).payload("tcp").build()), OuterKind::kOther);
  EXPECT_EQ(inspect(FrameBuilder().ipv6().tcp(1, 2).payload("tcp").build()), OuterKind::kOther);
  EXPECT_EQ(inspect(FrameBuilder().type(0x0806).payload(Octets(46)).build()), OuterKind::kOther);
  EXPECT_EQ(inspect(FrameBuilder().vlan(3).ipv4({.protocol = 50}).payload(esp()).build()),
            OuterKind::kEsp);
  EXPECT_EQ(
      inspect(FrameBuilder().vlan(3).vlan(4).vlan(5).ipv4({.protocol = 50}).payload(esp()).build()),
      OuterKind::kVlan);
  EXPECT_EQ(inspect(FrameBuilder().ipv4({.protocol = 17}).payload(Octets(7)).build()),
            OuterKind::kOther);
  auto stops = extension(2);
  stops[2] = 1;
  EXPECT_EQ(inspect(with_extensions({{kRouting, stops}}, 50, esp())), OuterKind::kOther);
}

TEST(InspectOuter, RefusesBadIpHeaders) {
  auto const v4 = FrameBuilder().ipv4({.protocol = 50}).payload(esp()).build();
  for (unsigned const first : {0x55u, 0x44u, 0x05u, 0x65u}) {
    auto bytes = v4;
    bytes[14] = static_cast<std::uint8_t>(first);
    EXPECT_EQ(inspect(bytes), OuterKind::kBadIpHeader) << first;
  }
  EXPECT_EQ(
      inspect(FrameBuilder().ipv4({.protocol = 50, .total_length = 19}).payload(esp()).build()),
      OuterKind::kBadIpHeader);
  EXPECT_EQ(
      inspect(FrameBuilder().ipv4({.protocol = 50, .total_length = 69}).payload(esp()).build()),
      OuterKind::kTruncated);
  EXPECT_EQ(inspect(FrameBuilder().ipv6({.version = 4, .next_header = 50}).payload(esp()).build()),
            OuterKind::kBadIpHeader);
  EXPECT_EQ(inspect(with_extensions({{kHop, Octets{200, 0, 0, 0, 0, 0, 0}}}, 50, esp())),
            OuterKind::kBadIpHeader);
  EXPECT_EQ(inspect(with_extensions({{kHop, Octets{0, 0}}}, 50, {})), OuterKind::kBadIpHeader);
  EXPECT_EQ(inspect(with_extensions({{kHop, extension(29)}}, 50, esp())), OuterKind::kLongHeaders);
}

TEST(InspectOuter, SaysOfFragmentsWhereTo) {
  auto const v4 = [](unsigned field, std::uint8_t protocol) {
    return FrameBuilder()
        .ipv4({.fragment = static_cast<std::uint16_t>(field), .protocol = protocol})
        .udp(1, protocol == 17 ? 4500 : 1)
        .payload(esp())
        .build();
  };
  for (unsigned const field : {0x2000u, 0x2007u, 0x0007u, 0x1fffu}) {
    EXPECT_EQ(inspect(v4(field, 50)), OuterKind::kFragment) << field;
    EXPECT_EQ(inspect(v4(field, 17)), OuterKind::kFragment) << field;
    EXPECT_EQ(inspect(v4(field, 6)), OuterKind::kOther) << field;
    EXPECT_EQ(inspect(v4(field, 17), 0), OuterKind::kOther) << field;
  }
  EXPECT_EQ(inspect(v4(0x2000, 17), 4501), OuterKind::kOther) << "a first part shows its port";
  EXPECT_EQ(inspect(v4(0x0007, 17), 4501), OuterKind::kFragment) << "a later one does not";
  for (auto const protocol : {protocol::kEsp, protocol::kUdp, protocol::kTcp, kOptions}) {
    for (auto const& place : {Octets{0, 0, 1}, Octets{0, 8, 1}, Octets{0, 8, 0}}) {
      auto header = place;
      header.resize(7);
      bool const first = place[1] == 0;
      auto payload = protocol == 17 ? Octets{0, 1, 0x11, 0x94, 0, 99, 0, 0} : esp();
      if (protocol == kOptions) {
        payload = Octets{50, 0, 0, 0, 0, 0, 0, 0};
        payload.resize(40, 7);
      }
      EXPECT_EQ(inspect(with_extensions({{kFragment, header}}, protocol, payload)),
                protocol == 6 ? OuterKind::kOther : OuterKind::kFragment)
          << int{protocol} << first;
    }
  }
  Frame const frame(v4(0x2000, 50), 0, 0);
  OuterPacket outer{};
  ASSERT_EQ(inspect_outer(frame.packet, outer), OuterKind::kFragment);
  EXPECT_TRUE(outer.ipv4);
  EXPECT_EQ(outer.destination, frame.packet.data + 30);
}

TEST(InspectOuter, HasAReasonForEveryDrop) {
  std::pair<OuterKind, char const*> const reasons[] = {
      {OuterKind::kOther, "not_esp"},
      {OuterKind::kVlan, "vlan"},
      {OuterKind::kIke, "not_esp"},
      {OuterKind::kKeepalive, "keepalive"},
      {OuterKind::kFragment, "fragment"},
      {OuterKind::kTruncated, "truncated"},
      {OuterKind::kBadIpHeader, "bad_ip_header"},
      {OuterKind::kLongHeaders, "long_headers"},
  };
  for (auto const& [kind, name] : reasons) EXPECT_EQ(testing::reason(dropped_as(kind)), name);
}

}  // namespace
}  // namespace warpline::ipsec
