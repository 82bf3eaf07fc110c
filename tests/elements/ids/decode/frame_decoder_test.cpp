// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/decode/frame_decoder.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/elements/ids/frame_pieces.hpp"

namespace warpline::ids {
namespace {

using namespace std::string_literals;

using test::be, test::ethernet, test::ip4, test::udp;

std::string ip6(unsigned next, std::string const& rest) {
  return "\x60\0\0\0"s + be(static_cast<unsigned>(rest.size())) + static_cast<char>(next) +
         "\x40"s + std::string(32, '\x20') + rest;
}
std::string tcp(std::string const& payload) {
  return be(1000) + be(80) + "\0\0\0\x01\0\0\0\x02\x50\x18\x20\0\0\0\0\0"s + payload;
}

struct Decoded {
  std::string frame;
  std::vector<DecodedPacket> packets;
  std::string payload(std::size_t index) const {
    auto const& packet = packets.at(index);
    return frame.substr(packet.payload, packet.payload_size);
  }
};
Decoded decode(std::string frame, LinkType link = LinkType::kEthernet, bool udp_tunnels = true) {
  Decoded result{std::move(frame), {}};
  FrameDecoder decoder(udp_tunnels);
  auto const packets = decoder.decode({reinterpret_cast<std::uint8_t const*>(result.frame.data()),
                                       static_cast<std::uint32_t>(result.frame.size())},
                                      link);
  result.packets.assign(packets.begin(), packets.end());
  return result;
}

TEST(FrameDecoder, FindsTcpAndUdpPayloads) {
  auto const frame = decode(ethernet(0x800) + ip4(6, tcp("hello")) + "padding");
  ASSERT_EQ(frame.packets.size(), 1u);
  EXPECT_EQ(frame.payload(0), "hello");
  EXPECT_EQ(frame.packets[0].source_port, 1000);
  EXPECT_EQ(frame.packets[0].tcp_flags, 0x18);
  EXPECT_EQ(decode(ethernet(0x86dd) + ip6(17, udp(1, 2, "dns"))).payload(0), "dns");
}

TEST(FrameDecoder, SkipsTagsAndLabels) {
  auto const inner = ip4(17, udp(1, 2, "x"));
  auto const tagged =
      decode(ethernet(0x88a8) + "\x20\x05"s + be(0x8100) + "\0\x06"s + be(0x800) + inner);
  EXPECT_EQ(tagged.payload(0), "x");
  EXPECT_EQ(tagged.packets[0].vlan_tags, 2);
  EXPECT_EQ(tagged.packets[0].vlan[0], 5);
  EXPECT_EQ(tagged.packets[0].vlan[1], 6);
  EXPECT_EQ(decode(ethernet(0x8847) + "\0\x01\x00\x40\0\x02\x01\x40"s + inner).payload(0), "x");
  EXPECT_EQ(decode(ethernet(0x8864) + "\x11\0\0\x01\0\x20"s + be(0x21) + inner).payload(0), "x");
}

TEST(FrameDecoder, TakesOtherLinkTypes) {
  auto const inner = ip4(17, udp(1, 2, "x"));
  for (auto const link : {LinkType::kRawIp, LinkType::kIpv4})
    EXPECT_EQ(decode(inner, link).payload(0), "x");
  EXPECT_EQ(decode("\xff\x03"s + be(0x21) + inner, LinkType::kPpp).payload(0), "x");
  EXPECT_EQ(decode(std::string(14, '\0') + be(0x800) + inner, LinkType::kLinuxCooked).payload(0),
            "x");
  EXPECT_EQ(decode(be(0x800) + std::string(18, '\0') + inner, LinkType::kLinuxCooked2).payload(0),
            "x");
  EXPECT_EQ(decode("\x02\0\0\0"s + inner, LinkType::kNull).payload(0), "x");
}

TEST(FrameDecoder, LooksIntoTunnels) {
  auto const inner = ip4(6, tcp("in"));
  auto const gre = decode(ethernet(0x800) + ip4(47, "\0\0"s + be(0x800) + inner));
  ASSERT_EQ(gre.packets.size(), 2u);
  EXPECT_EQ(gre.packets[1].layer, 1);
  EXPECT_EQ(gre.payload(1), "in");
  auto const keyed = decode(ethernet(0x800) + ip4(47, "\x30\0"s + be(0x880b) + "keyxseqx" +
                                                          "\xff\x03"s + be(0x21) + inner));
  EXPECT_EQ(keyed.payload(1), "in");
  auto const erspan = decode(ethernet(0x800) + ip4(47, "\x10\0"s + be(0x88be) + "seqx" +
                                                           "erspan-h" + ethernet(0x800) + inner));
  EXPECT_EQ(erspan.payload(1), "in");
  EXPECT_EQ(decode(ethernet(0x800) + ip4(4, inner)).payload(1), "in");
  EXPECT_EQ(decode(ethernet(0x86dd) + ip6(4, inner)).payload(1), "in");
  auto const vxlan =
      ethernet(0x800) + ip4(17, udp(1, 4789, "\x08\0\0\0\0\0\x01\0"s + ethernet(0x800) + inner));
  EXPECT_EQ(decode(vxlan).payload(1), "in");
  EXPECT_EQ(decode(vxlan, LinkType::kEthernet, false).packets.size(), 1u);
  auto const geneve = udp(1, 6081, "\x01\0\x65\x58\0\0\x01\0optx"s + ethernet(0x800) + inner);
  EXPECT_EQ(decode(ethernet(0x800) + ip4(17, geneve)).payload(1), "in");
  auto const teredo = udp(3544, 1, ip6(17, udp(7, 8, "in")));
  EXPECT_EQ(decode(ethernet(0x800) + ip4(17, teredo)).payload(1), "in");
}

TEST(FrameDecoder, TakesUdpTunnelsAsPayloadWhereTheyAreOff) {
  auto const inner = ip4(6, tcp("in"));
  auto const geneve = udp(1, 6081, "\x01\0\x65\x58\0\0\x01\0optx"s + ethernet(0x800) + inner);
  auto const teredo = udp(3544, 1, ip6(17, udp(7, 8, "in")));
  for (auto const& tunnel : {geneve, teredo})
    EXPECT_EQ(decode(ethernet(0x800) + ip4(17, tunnel), LinkType::kEthernet, false).packets.size(),
              1u);
}

TEST(FrameDecoder, SkipsOptionsAndExtensionHeaders) {
  auto options = ip4(17, "\x01\x01\x01\0"s + udp(1, 2, "x"));
  options[0] = '\x46';
  EXPECT_EQ(decode(ethernet(0x800) + options).payload(0), "x");
  auto const hop_by_hop = "\x3c\0\x01\x04\0\0\0\0"s;   // then destination options
  auto const destination = "\x11\0\x01\x04\0\0\0\0"s;  // then UDP
  EXPECT_EQ(decode(ethernet(0x86dd) + ip6(0, hop_by_hop + destination + udp(1, 2, "x"))).payload(0),
            "x");
}

TEST(FrameDecoder, LeavesFragmentsToTheirReassembly) {
  auto const frame = decode(ethernet(0x800) + ip4(17, "rest of a datagram", 0x2000 | 5));
  ASSERT_EQ(frame.packets.size(), 1u);
  EXPECT_TRUE(frame.packets[0].fragment);
  EXPECT_TRUE(frame.packets[0].more_fragments);
  EXPECT_EQ(frame.packets[0].fragment_offset, 40);
  EXPECT_FALSE(frame.packets[0].has_transport);
  auto const six = decode(ethernet(0x86dd) + ip6(44, "\x11\0"s + be(80 << 3) + "idid" + "rest"));
  EXPECT_TRUE(six.packets[0].fragment);
  EXPECT_EQ(six.packets[0].fragment_offset, 640);
  EXPECT_EQ(six.packets[0].protocol, 17);
}

/// RFC 6946: such a packet is whole.
TEST(FrameDecoder, KnowsTheFragmentHeaderOfAWholePacket) {
  auto const atomic = "\x11\0\0\0idid"s + udp(1, 2, "x");
  auto const frame = decode(ethernet(0x86dd) + ip6(44, atomic));
  EXPECT_EQ(frame.payload(0), "x");
  EXPECT_TRUE(frame.packets[0].has_fragment_header);
  EXPECT_FALSE(frame.packets[0].fragment);
  auto const hop_by_hop = "\x2c\0\x01\x04\0\0\0\0"s;
  EXPECT_TRUE(
      decode(ethernet(0x86dd) + ip6(0, hop_by_hop + atomic)).packets[0].has_fragment_header);
  auto const part = decode(ethernet(0x86dd) + ip6(44, "\x11\0\0\x01ididrest"s));
  EXPECT_TRUE(part.packets[0].has_fragment_header);
  EXPECT_TRUE(part.packets[0].fragment);
  for (auto const& without : {ethernet(0x86dd) + ip6(17, udp(1, 2, "x")),
                              ethernet(0x800) + ip4(17, udp(1, 2, "x"), 0x2000)})
    EXPECT_FALSE(decode(without).packets[0].has_fragment_header);
}

TEST(FrameDecoder, NamesFaults) {
  auto const events = [](std::string const& frame) { return decode(frame).packets[0].events; };
  EXPECT_EQ(events("short"), decode_event::kTruncatedLink);
  EXPECT_EQ(events(ethernet(0x800) + ip4(6, "short")), decode_event::kTcpTruncated);
  EXPECT_EQ(events(ethernet(0x800) + ip4(17, be(1) + be(2) + be(7) + "\0\0"s)),
            decode_event::kUdpBadLength);
  EXPECT_EQ(events(ethernet(0x800) + ip4(6, tcp("cut")).substr(0, 41)),
            decode_event::kIpv4Truncated);
  EXPECT_EQ(events(ethernet(0x800) + "\x41"s + ip4(6, tcp("")).substr(1)),
            decode_event::kIpv4BadHeaderLength);
}

TEST(FrameDecoder, EndsInFramesThatNestForever) {
  std::string frame = "x";
  for (unsigned i = 0; i < 40; ++i) frame = ip4(4, frame);
  EXPECT_EQ(decode(ethernet(0x800) + frame).packets.size(), FrameDecoder::kMaxPackets);
  std::string tags = ethernet(0x8100);
  for (unsigned i = 0; i < 1000; ++i) tags += be(1) + be(0x8100);
  EXPECT_EQ(decode(tags).packets.size(), 1u);
}

/// Frames of any content in blocks of their own: sanitizers see reads outside them.
TEST(FrameDecoder, StaysInsideFramesOfAnyContent) {
  std::mt19937 random(5);
  FrameDecoder decoder;
  std::string const shapes[] = {
      ethernet(0x800) + ip4(47, "\x30\0"s + be(0x88be) + std::string(60, '\x11')),
      ethernet(0x8847) + "\0\x01\x01\x40"s + ip6(44, std::string(40, '\x06')),
      ethernet(0x800) + ip4(17, udp(3544, 4789, ip6(17, std::string(60, '\x01'))))};
  for (unsigned round = 0; round < 30000; ++round) {
    auto frame = shapes[random() % 3];
    for (auto i = random() % 8; i > 0; --i)
      frame[random() % frame.size()] = static_cast<char>(random());
    frame.resize(random() % (frame.size() + 1));
    auto const copy = std::make_unique<std::uint8_t[]>(frame.size());
    std::copy(frame.begin(), frame.end(), copy.get());
    auto const size = static_cast<std::uint32_t>(frame.size());
    for (auto const& packet :
         decoder.decode({copy.get(), size}, static_cast<LinkType>(random() % 6))) {
      ASSERT_LE(packet.end, size);
      ASSERT_LE(packet.payload + packet.payload_size, packet.end);
    }
  }
}

}  // namespace
}  // namespace warpline::ids
