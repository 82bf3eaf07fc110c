// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp_tunnel.hpp"

#include <gtest/gtest.h>

#include "tests/elements/ipsec/peer.hpp"

namespace warpline::ipsec {
namespace {

using testing::Frame;
using testing::ipv4_frame;
using testing::ipv6_frame;
using testing::Octets;
using testing::Peer;

std::string reason(Verdict verdict) {
  return verdict.is_drop() ? std::string(verdict.reason().name()) : "none";
}

std::string inspect(Octets const& bytes) {
  Frame const frame(bytes, 0, 0);
  InnerPacket inner{};
  return reason(inspect_inner(frame.packet, inner));
}

Octets cut(Octets bytes, std::size_t size) {
  bytes.resize(size);
  return bytes;
}

TEST(InspectInner, TakesTheSizeFromTheIpHeader) {
  auto padded = ipv4_frame(Octets(6));
  padded.resize(60);
  Frame const frame(padded);
  InnerPacket inner{};
  EXPECT_EQ(inspect_inner(frame.packet, inner), forward());
  EXPECT_EQ(inner.size, 26);
  EXPECT_EQ(inner.protocol, protocol::kIpv4);
}

TEST(InspectInner, RefusesEveryCutOfAFrame) {
  for (auto const& whole : {ipv4_frame(Octets(30)), ipv6_frame(Octets(30))}) {
    for (std::size_t size = 0; size < whole.size(); ++size)
      ASSERT_EQ(inspect(cut(whole, size)), "truncated") << "size " << size;
    EXPECT_EQ(inspect(whole), "none");
  }
}

TEST(InspectInner, RefusesWhatIsNotIp) {
  auto frame = ipv4_frame(Octets(30));
  frame[12] = 0x08;
  frame[13] = 0x06;
  EXPECT_EQ(inspect(frame), "not_ip");
}

TEST(InspectInner, RefusesBadIpHeaders) {
  auto const good = ipv4_frame(Octets(30));
  for (unsigned const first : {0x65u, 0x44u, 0x05u, 0x4fu}) {
    auto frame = good;
    frame[14] = static_cast<std::uint8_t>(first);  // version, header length
    if (first == 0x4f) frame[17] = 59;             // a length below the header's 60
    EXPECT_EQ(inspect(frame), "bad_ip_header") << first;
  }
  auto frame = good;
  frame[16] = 0;
  frame[17] = 19;
  EXPECT_EQ(inspect(frame), "bad_ip_header");
  frame = ipv6_frame(Octets(30));
  frame[14] = 0x45;
  EXPECT_EQ(inspect(frame), "bad_ip_header");
}

TEST(InspectInner, AcceptsOptionsAndAnEmptyPayload) {
  auto frame = ipv4_frame(Octets(40));
  frame[14] = 0x4f;
  EXPECT_EQ(inspect(frame), "none");
  EXPECT_EQ(inspect(ipv4_frame({})), "none");
  EXPECT_EQ(inspect(ipv6_frame({})), "none");
}

class EspTunnelTest : public ::testing::TestWithParam<Suite> {
 protected:
  Peer peer(std::uint32_t spi = 0x1234) {
    std::mt19937 random(spi);
    return Peer::random(GetParam(), spi, random);
  }
  SaConfig sa(std::string const& more = "") { return testing::parse_sas(peer().line(more))[0]; }

  Verdict check_room(Packet const& packet, InnerPacket& inner) {
    return EspTunnel::check_room(packet, inner, icv_size(GetParam()));
  }

  /// Encapsulates and protects by the body.
  Octets protect(SaConfig const& sa, Frame& frame, std::uint64_t sequence) {
    EspTunnel const tunnel(sa);
    InnerPacket inner{};
    EXPECT_EQ(reason(inspect_inner(frame.packet, inner)), "none");
    EXPECT_EQ(reason(check_room(frame.packet, inner)), "none");
    tunnel.encapsulate(frame.packet, inner, sequence);
    esp_protect(aes_tables(), sa.keys, frame.packet.data + kEspOffset,
                frame.packet.length - kEspOffset);
    return frame.bytes();
  }
};

TEST_P(EspTunnelTest, MakesPacketsThatThePeerOpens) {
  std::mt19937 random(4303);
  for (unsigned size = 0; size <= 1500; ++size) {
    auto const payload = testing::random_octets(random, size);
    bool const v4 = size % 2 == 0;
    auto const clear = v4 ? ipv4_frame(payload) : ipv6_frame(payload);
    Frame frame(clear, 36 + size % 9, 21 + size % 5);
    auto const before = frame.packet;
    auto const sealed = protect(sa(), frame, 7 + size);
    auto const opened = peer().open(sealed);
    ASSERT_EQ(opened.inner, Octets(clear.begin() + 14, clear.end())) << "size " << size;
    ASSERT_EQ(opened.next_header, v4 ? 4 : 41);
    ASSERT_EQ(opened.sequence, 7 + size);
    ASSERT_EQ(opened.iv, 7 + size);
    ASSERT_TRUE(std::equal(clear.begin(), clear.begin() + 12, sealed.begin())) << "MAC addresses";
    ASSERT_EQ(before.headroom + before.length + before.tailroom,
              frame.packet.headroom + frame.packet.length + frame.packet.tailroom);
    ASSERT_EQ(before.data - before.headroom, frame.packet.data - frame.packet.headroom);
  }
}

TEST_P(EspTunnelTest, FillsTheOuterHeaderFromTheInner) {
  Frame frame(ipv4_frame(Octets(10), {.tos = 0xb9, .dont_fragment = true}));
  auto const outer = peer().open(protect(sa(), frame, 0x12345)).outer;
  EXPECT_EQ(outer.source.host(), 0x0a000001u);
  EXPECT_EQ(outer.destination.host(), 0x0a000002u);
  EXPECT_EQ(outer.tos, 0xb9);
  EXPECT_EQ(outer.fragment.host(), 0x4000);
  EXPECT_EQ(outer.id.host(), 0x2345);
  EXPECT_EQ(outer.ttl, 64);

  Frame may_fragment(ipv4_frame(Octets(10)));
  EXPECT_EQ(peer().open(protect(sa(), may_fragment, 1)).outer.fragment.host(), 0);
  Frame cleared(ipv4_frame(Octets(10), {.dont_fragment = true}));
  EXPECT_EQ(peer().open(protect(sa("flag nopmtudisc"), cleared, 1)).outer.fragment.host(), 0);
  Frame v6(ipv6_frame(Octets(10), 0x2e));
  auto const outer_of_v6 = peer().open(protect(sa(), v6, 1)).outer;
  EXPECT_EQ(outer_of_v6.tos, 0x2e);
  EXPECT_EQ(outer_of_v6.fragment.host(), 0x4000);
}

TEST_P(EspTunnelTest, LeavesEthernetPaddingOut) {
  auto padded = ipv4_frame(Octets(6, 0x77));
  auto const ip = Octets(padded.begin() + 14, padded.end());
  padded.resize(60, 0xdd);
  Frame frame(padded, 36, 0);
  EXPECT_EQ(peer().open(protect(sa(), frame, 1)).inner, ip);
}

TEST_P(EspTunnelTest, AsksForAllTheRoomItWritesTo) {
  EspTunnel const tunnel(sa());
  auto const clear = ipv4_frame(Octets(33));  // 53 bytes: one of padding
  unsigned const behind = 1 + 2 + icv_size(GetParam());
  InnerPacket inner{};
  Frame fits(clear, kEspPrefix, behind);
  ASSERT_EQ(reason(inspect_inner(fits.packet, inner)), "none");
  EXPECT_EQ(reason(check_room(fits.packet, inner)), "none");
  tunnel.encapsulate(fits.packet, inner, 1);
  EXPECT_EQ(fits.packet.headroom, 0);
  EXPECT_EQ(fits.packet.tailroom, 0);
  EXPECT_EQ(reason(check_room(Frame(clear, kEspPrefix - 1, behind).packet, inner)), "no_headroom");
  EXPECT_EQ(reason(check_room(Frame(clear, kEspPrefix, behind - 1).packet, inner)), "no_tailroom");
}

TEST_P(EspTunnelTest, RefusesWhatWouldExceedAnIpPacket) {
  EspTunnel const tunnel(sa());
  std::size_t largest = 0;
  for (std::size_t size = 65300; size <= 65501; ++size) {
    Frame frame(ipv4_frame(Octets(size)), 40, 64);
    InnerPacket inner{};
    ASSERT_EQ(reason(inspect_inner(frame.packet, inner)), "none");
    auto const verdict = check_room(frame.packet, inner);
    if (!verdict.is_drop()) {
      largest = size;
      tunnel.encapsulate(frame.packet, inner, 1);
      ASSERT_LE(frame.packet.length, 65535);
    } else {
      ASSERT_EQ(reason(verdict), "too_big");
    }
  }
  EXPECT_GT(largest, 65400u);
  EXPECT_LT(largest, 65501u);
}

TEST_P(EspTunnelTest, KnowsItsOwnPackets) {
  EspTunnel const tunnel(sa());
  Frame frame(ipv4_frame(Octets(33)));
  EXPECT_FALSE(tunnel.made(frame.packet));
  protect(sa(), frame, 1);
  EXPECT_TRUE(tunnel.made(frame.packet));
  auto other = sa();
  other.spi += 1;
  EXPECT_FALSE(EspTunnel(other).made(frame.packet));
}

INSTANTIATE_TEST_SUITE_P(Suites, EspTunnelTest,
                         ::testing::Values(Suite::kAes128CtrHmacSha1, Suite::kAes128Gcm));

}  // namespace
}  // namespace warpline::ipsec
