// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/hex.hpp"
#include "elements/ids/detect/detector.hpp"
#include "tests/elements/ids/frame_pieces.hpp"
#include "tests/elements/ids/test_rules.hpp"

namespace warpline::ids {
namespace {

using namespace std::string_literals;

using test::be, test::ethernet, test::ip4;

std::string udp(unsigned destination, std::string const& payload) {
  return test::udp(9, destination, payload);
}

/// The alerts of rules on single frames.
class FrameAlerts final : public DetectorEvents {
 public:
  struct Alert {
    std::uint32_t sid = 0;
    std::string packet;  ///< EVE's `packet` if it is not the frame
    PacketContext context;
    DecodedPacket inner;
  };

  explicit FrameAlerts(std::string text, ChecksumPolicy checksums = ChecksumPolicy::kOff) {
    test::TestRules const rules(std::move(text));
    set_ = rules.set;
    DetectorOptions options;
    options.checksums = checksums;
    options.flows = 64;
    options.stream_memory = options.defrag_memory = 1 << 16;
    options.datagrams = 16;
    detector_ = std::make_unique<Detector>(set_, rules.searches, shared_, options, *this, 5);
  }

  std::vector<Alert> of(std::string const& frame, LinkType link = LinkType::kEthernet) {
    alerts_.clear();
    detector_->process({reinterpret_cast<std::uint8_t const*>(frame.data()),
                        static_cast<std::uint32_t>(frame.size())},
                       {1'000'000'000, ++number_, link}, {});
    return alerts_;
  }

  void alert(PacketContext const& context, RuleAlert const& alert) override {
    auto const& bytes = context.bytes;
    alerts_.push_back({set_->rules()[alert.rule].rule.sid,
                       {reinterpret_cast<char const*>(bytes.data), bytes.size},
                       context,
                       *context.packet});
  }
  void drop(PacketContext const&, std::optional<std::uint32_t>) override {}
  void flow_ended(Flow const&, FlowEvent::Reason, std::uint64_t, std::uint64_t) override {}

 private:
  std::shared_ptr<RuleSet const> set_;
  SharedState shared_{3};
  std::unique_ptr<Detector> detector_;
  std::vector<Alert> alerts_;
  std::uint64_t number_ = 0;
};

/// The packet of the cases detect-bytemath-05 and -mult-04 of suricata-verify, whose IPv4 checksum is
/// wrong. Suricata 7.0.10 verifies checksums of TCP alone.
TEST(DetectorPackets, AreSeenWithAWrongChecksumOfTheIpHeader) {
  std::string packet;
  std::string_view const hex =
      "45220028000100004006"
      "0088"
      "c0004ebec0004e19008800500000000000000000500220007232"
      "0000";
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    packet += static_cast<char>(hex_value(hex[i]) << 4 | hex_value(hex[i + 1]));
  FrameAlerts alerts(
      "alert tcp any any -> any any (ipv4.hdr; byte_extract:1,5,length,relative; byte_math:bytes "
      "length, offset 1, oper +, rvalue 102, result sum; tcp.hdr; byte_test:1,=,sum,1,relative; "
      "sid:1;)\n"
      "alert tcp any any -> any any (ipv4.hdr; byte_extract:1,5,factor,relative; byte_math:bytes "
      "1, offset 1, oper *, rvalue factor, result product; byte_test:1,=,product,1; sid:2;)\n",
      ChecksumPolicy::kOn);
  EXPECT_EQ(alerts.of(packet, LinkType::kRawIp).size(), 2u);
  packet[37] ^= 1;
  EXPECT_EQ(alerts.of(packet, LinkType::kRawIp).size(), 0u) << "the checksum of TCP";
}

/// Otherwise a rule of negated contents alone would match each segment without data. Suricata 7.0.10
/// does the same.
TEST(DetectorPackets, WithoutAPayloadMatchNoRuleAboutPayload) {
  FrameAlerts alerts(
      "alert udp any any -> any any (content:!\"foo\"; sid:1;)\n"
      "alert udp any any -> any any (pcre:!\"/foo/\"; sid:2;)\n"
      "alert udp any any -> any any (isdataat:!5; sid:3;)\n"
      "alert udp any any -> any any (dsize:0; sid:4;)\n");
  auto const empty = alerts.of(ethernet(0x800) + ip4(17, udp(53, "")));
  ASSERT_EQ(empty.size(), 1u);
  EXPECT_EQ(empty[0].sid, 4u);
  EXPECT_EQ(alerts.of(ethernet(0x800) + ip4(17, udp(53, "x"))).size(), 3u);
}

TEST(DetectorPackets, OfATunnelAreSeenAloneAndNameIt) {
  FrameAlerts alerts(
      "alert ip any any -> any any (content:\"attack\"; sid:1;)\n"
      "alert ip any any -> any any (pcre:!\"/foo/\"; sid:2;)\n");
  auto const inner = ip4(17, udp(53, "attack"));
  auto const frame = ethernet(0x800) + inner;
  struct Form {
    std::string name, packet;
    PacketSource source;
    std::uint32_t link;  // bytes of the inner packet before IP
  };
  Form const forms[] = {
      {"gre", ip4(47, be(0) + be(0x800) + inner), PacketSource::kGre, 0},
      {"gre ppp", ip4(47, be(0) + be(0x880b) + "\x21"s + inner), PacketSource::kGre, 1},
      {"gre ethernet", ip4(47, be(0) + be(0x6558) + frame), PacketSource::kGre, 14},
      {"ip in ip", ip4(4, inner), PacketSource::kIpv4Tunnel, 0},
      {"vxlan", ip4(17, udp(4789, "\x08\0\0\0\0\0\5\0"s + frame)), PacketSource::kVxlan, 14},
      {"geneve", ip4(17, udp(6081, "\0\0\x65\x58\0\0\5\0"s + frame)), PacketSource::kGeneve, 14}};
  for (auto const& form : forms) {
    auto const found = alerts.of(ethernet(0x800) + form.packet);
    ASSERT_EQ(found.size(), 2u) << form.name;
    EXPECT_EQ(found[0].context.source, form.source) << form.name;
    EXPECT_EQ(found[0].inner.network - found[0].inner.begin, form.link) << form.name;
    EXPECT_NE(found[0].context.outer, nullptr) << form.name;
    EXPECT_EQ(found[0].inner.layer, 1) << form.name;
  }
  auto const plain = alerts.of(frame);
  ASSERT_EQ(plain.size(), 2u);
  EXPECT_EQ(plain[0].context.source, PacketSource::kWire);
  EXPECT_EQ(plain[0].context.outer, nullptr);
}

/// As in the case defrag__bug-6942-6887-defrag-eth-ip-gre-ppp-ip-udp-data of suricata-verify.
TEST(DetectorPackets, ReassembledInATunnelBeginAtTheLinkHeaderOfTheTunnel) {
  FrameAlerts alerts("alert udp any any -> any any (content:\"attack\"; sid:1;)");
  auto const data = udp(53, "12345678attack");
  auto const carried = [&](std::string const& part, unsigned fragment) {
    return ethernet(0x800) + ip4(47, be(0) + be(0x880b) + "\x21"s + ip4(17, part, fragment));
  };
  EXPECT_EQ(alerts.of(carried(data.substr(0, 16), 0x2000)).size(), 0u);
  auto const found = alerts.of(carried(data.substr(16), 2));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].context.source, PacketSource::kDefragment);
  EXPECT_EQ(found[0].context.link_type, kRawLink);
  ASSERT_NE(found[0].context.outer, nullptr);
  EXPECT_EQ(found[0].context.outer->protocol, 47);
  EXPECT_EQ(found[0].packet.size(), 1 + 20 + data.size());
  EXPECT_EQ(found[0].packet.substr(0, 2), "\x21\x45");
}

TEST(DetectorPackets, OnlyFragAndNoFragAskWhetherAPacketWasReassembled) {
  FrameAlerts alerts(
      "alert ip any any -> any any (flow:only_frag; sid:1;)\n"
      "alert ip any any -> any any (flow:no_frag; sid:2;)\n");
  auto const sids = [&](std::string const& bytes, unsigned fragment) {
    std::vector<std::uint32_t> found;
    for (auto const& alert : alerts.of(ethernet(0x800) + ip4(17, bytes, fragment)))
      found.push_back(alert.sid);
    return found;
  };
  using Sids = std::vector<std::uint32_t>;
  auto const data = udp(53, "12345678attack");
  EXPECT_EQ(sids(data.substr(0, 16), 0x2000), Sids()) << "a fragment is neither";
  EXPECT_EQ(sids(data.substr(16), 2), Sids{1}) << "the datagram that it completes";
  EXPECT_EQ(sids(data, 0), Sids{2});
}

/// As Suricata 7.0.10 does, found with captures.
TEST(DetectorPackets, FragoffsetMatchesEachIpv4PacketAndIpv6PacketsWithAFragmentHeader) {
  FrameAlerts alerts(
      "alert ip any any -> any any (fragoffset:0; sid:1;)\n"
      "alert ip any any -> any any (fragoffset:>0; sid:2;)\n"
      "alert ip any any -> any any (fragoffset:2; sid:3;)\n"
      "alert ip any any -> any any (fragoffset:16; sid:4;)\n");
  using Sids = std::vector<std::uint32_t>;
  auto const sids = [&](std::string const& frame) {
    Sids found;
    for (auto const& alert : alerts.of(frame)) found.push_back(alert.sid);
    return found;
  };
  auto const ip6 = [](char next, std::string const& rest) {
    return ethernet(0x86dd) + "\x60\0\0\0"s + be(static_cast<unsigned>(rest.size())) + next +
           "\x40"s + std::string(32, '\x20') + rest;
  };
  auto const fragment = [](unsigned place) { return "\x11\0"s + be(place) + "idid"; };
  auto const data = udp(53, std::string(24, 'x'));
  EXPECT_EQ(sids(ip6(17, data)), Sids());
  EXPECT_EQ(sids(ip6(44, fragment(0) + data)), Sids{1}) << "atomic";
  EXPECT_EQ(sids(ip6(44, fragment(1) + data.substr(0, 16))), Sids{1});
  EXPECT_EQ(sids(ip6(44, fragment(16) + data.substr(16))), (Sids{2, 4})) << "in bytes";
  EXPECT_EQ(sids(ethernet(0x800) + ip4(17, data)), Sids{1});
  EXPECT_EQ(sids(ethernet(0x800) + ip4(17, data.substr(0, 16), 0x2000 | 2)), (Sids{2, 3}));
}

/// As Suricata 7.0.10 does, found with captures.
TEST(DetectorPackets, FragbitsWithPlusNeedsAnotherBit) {
  FrameAlerts alerts(
      "alert ip any any -> any any (fragbits:+M; sid:1;)\n"
      "alert ip any any -> any any (fragbits:*M; sid:2;)\n"
      "alert ip any any -> any any (fragbits:M; sid:3;)\n"
      "alert tcp any any -> any any (flags:+S; sid:4;)\n");
  using Sids = std::vector<std::uint32_t>;
  auto const sids = [&](unsigned protocol, std::string const& rest, unsigned bits) {
    Sids found;
    for (auto const& alert : alerts.of(ethernet(0x800) + ip4(protocol, rest, bits)))
      found.push_back(alert.sid);
    return found;
  };
  EXPECT_EQ(sids(17, "12345678", 0x2000), (Sids{2, 3}));
  EXPECT_EQ(sids(17, "12345678", 0x6000), (Sids{1, 2}));
  EXPECT_EQ(sids(17, "12345678", 0xa000), (Sids{1, 2}));
  auto const syn = be(1000) + be(80) + std::string(8, '\1') + "\x50\x02\x20\0\0\0\0\0"s;
  EXPECT_EQ(sids(6, syn, 0), Sids{4}) << "of TCP it does not";
}

TEST(DetectorPackets, ReassembledKeepTheLinkHeaderOfTheFrame) {
  FrameAlerts alerts("alert udp any any -> any any (content:\"attack\"; sid:1;)");
  auto const data = udp(53, "12345678attack");
  EXPECT_EQ(alerts.of(ethernet(0x800) + ip4(17, data.substr(0, 16), 0x2000)).size(), 0u);
  auto const found = alerts.of(ethernet(0x800) + ip4(17, data.substr(16), 2));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].context.link_type, 1);
  EXPECT_EQ(found[0].packet.size(), 14 + 20 + data.size());
}

}  // namespace
}  // namespace warpline::ids
