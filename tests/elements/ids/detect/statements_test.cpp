// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/elements/ids/evasion/alerts_of.hpp"

/// What implementers get wrong of packets and streams, flow states, order and thresholds: each by
/// its name. What concerns one buffer is in buffer_program_test, decoding in frame_decoder_test, and
/// evasion_test has more of streams.
namespace warpline::ids::testing {
namespace {

using namespace std::string_literals;

Alerts run(std::string const& rules, Traffic const& traffic, bool ips = false) {
  EvasionCase test{"", traffic, {}, rules};
  test.ips = ips;
  return alerts_of(test);
}
Sids sids(std::string const& rules, Traffic const& traffic) { return run(rules, traffic).sids; }

/// `ACTION tcp any any -> any any (OPTIONS sid:SID;)`.
std::string rule(std::string const& options, int sid, std::string const& protocol = "tcp",
                 std::string const& action = "alert") {
  return action + " " + protocol + " any any -> any any (" + options +
         " sid:" + std::to_string(sid) + ";)\n";
}
Traffic connection() {
  Traffic traffic;
  return traffic.handshake();
}
Traffic conversation(std::string const& text) {
  auto traffic = connection();
  return traffic.send(true, text).send(false, "").close();
}
Traffic datagrams(unsigned count) {
  Traffic traffic;
  for (unsigned i = 0; i < count; ++i)
    traffic.datagram(traffic.ip(true, 17, traffic.udp("attack")));
  return traffic;
}

// Packets and streams.

TEST(StatementOfStreams, DepthOffsetAndStartswithLookAtThePacketWhereTheStreamHadNoMatch) {
  auto traffic = connection();
  traffic.send(true, "first").send(false, "").send(true, "attack").send(false, "").close();
  EXPECT_EQ(sids(rule("content:\"attack\"; depth:6;", 1), traffic), Sids{1});
  EXPECT_EQ(sids(rule("content:\"attack\"; startswith;", 1), traffic), Sids{1});
  EXPECT_EQ(sids(rule("content:\"ttack\"; offset:1; depth:5;", 1), traffic), Sids{1});
  EXPECT_EQ(sids(rule("content:\"attack\"; depth:6;", 1, "tcp-stream"), traffic), Sids{});
}

TEST(StatementOfStreams, DsizeAndHeaderKeywordsLookAtPacketsAlone) {
  auto traffic = connection();
  traffic.send(true, "att").send(true, "ack").send(false, "").close();
  for (auto const* const keyword : {"dsize:<100;", "flags:A+;", "ttl:64;", "window:65535;"}) {
    EXPECT_EQ(sids(rule("content:\"attack\"; "s + keyword, 1), traffic), Sids{}) << keyword;
    EXPECT_EQ(sids(rule("content:\"ack\"; "s + keyword, 1), traffic), Sids{1}) << keyword;
  }
  EXPECT_EQ(sids(rule("content:\"attack\";", 1), traffic), Sids{1});
}

/// As Suricata 7.0.10 does, found with captures.
TEST(StatementOfStreams, StreamSizeLooksAtThePacketWhereTheStreamHadNoMatch) {
  auto traffic = connection();
  traffic.send(true, "attack").send(false, "answer").close();
  auto const early = "content:\"attack\"; stream_size:server,<,3;"s;
  EXPECT_EQ(sids(rule(early, 1), traffic), Sids{1});
  EXPECT_EQ(sids(rule(early, 1, "tcp-stream"), traffic), Sids{});
}

TEST(StatementOfStreams, TcpPktAndTcpStreamChoose) {
  auto traffic = connection();
  traffic.send(true, "att").send(true, "ack").send(false, "").close();
  EXPECT_EQ(sids(rule("content:\"attack\";", 1, "tcp-pkt"), traffic), Sids{});
  EXPECT_EQ(sids(rule("content:\"attack\";", 1, "tcp-stream"), traffic), Sids{1});
  EXPECT_EQ(sids(rule("flow:no_stream; content:\"attack\";", 1), traffic), Sids{});
  EXPECT_EQ(sids(rule("flow:only_stream; content:\"attack\";", 1), traffic), Sids{1});
}

TEST(StatementOfStreams, BytesAreLookedAtInChunksOnceTheyAreAcknowledged) {
  auto traffic = connection();  // 3 packets
  traffic.send(true, "attack" + std::string(1394, '.')).send(false, "");
  traffic.send(true, std::string(1400, '.')).send(true, std::string(10, '.'));
  traffic.send(false, "").send(true, ".");
  auto const by_packet = run(rule("content:\"attack\";", 1, "tcp-stream"), traffic).by_packet;
  ASSERT_EQ(by_packet.size(), 9u);
  EXPECT_EQ(by_packet[6], 0u) << "2,800 bytes were sent, 1,400 acknowledged";
  EXPECT_EQ(by_packet[8], 1u) << "the first packet after the acknowledgment of 2,810";
}

TEST(StatementOfStreams, BytesAreLookedAtAtOnceInModeIps) {
  auto traffic = connection();
  traffic.send(true, "att").send(true, "ack");
  auto const result = run(rule("content:\"attack\";", 1, "tcp", "drop"), traffic, true);
  EXPECT_EQ(result.verdicts, "....d");
}

TEST(StatementOfStreams, AFlowThatEndsIsLookedAtOnceMore) {
  EXPECT_EQ(sids(rule("content:\"attack\";", 1, "tcp-stream"), conversation("attack")), Sids{1});
  auto open = connection();
  open.send(true, "attack");
  EXPECT_EQ(sids(rule("content:\"attack\";", 1, "tcp-stream"), open), Sids{1});
  auto reset = connection();
  reset.send(true, "attack").segment({.flags = kRst, .offset = 6});
  EXPECT_EQ(sids(rule("content:\"attack\";", 1, "tcp-stream"), reset), Sids{1});
}

TEST(StatementOfStreams, TheDepthIsAMebibyte) {
  auto const filled = [](std::size_t before) {
    auto traffic = connection();
    std::string const segment(1 << 15, '.');
    auto const text = std::string(before, '.') + "attack";
    for (std::size_t i = 0; i < text.size(); i += segment.size())
      traffic.send(true, text.substr(i, segment.size())).send(false, "");
    return traffic;
  };
  auto const stream = rule("content:\"attack\";", 1, "tcp-stream");
  EXPECT_EQ(sids(stream, filled((1 << 20) - 6)), Sids{1});
  EXPECT_EQ(sids(stream, filled((1 << 20) - 5)), Sids{});
}

// Flow.

TEST(StatementOfFlow, EstablishedNeedsTheHandshake) {
  auto const rules = rule("flow:established; content:\"attack\";", 1) +
                     rule("flow:not_established; content:\"attack\";", 2);
  EXPECT_EQ(sids(rules, conversation("attack")), Sids{1});
  Traffic without;
  without.segment({.data = "attack"});
  EXPECT_EQ(sids(rules, without), Sids{2});
}

TEST(StatementOfFlow, EstablishedNeedsBothDirectionsWithoutTcp) {
  auto const rules = rule("flow:established; content:\"attack\";", 1, "udp");
  EXPECT_EQ(sids(rules, datagrams(2)), Sids{});
}

TEST(StatementOfFlow, StateIsThatAfterTheTcpOfThisPacketAndBeforeItsRules) {
  Traffic traffic;
  traffic.segment({.flags = kSyn, .offset = -1});
  traffic.segment({.to_server = false, .flags = kSyn | kAck, .offset = -1});
  traffic.segment({.data = "attack"});  // the last packet of the handshake
  EXPECT_EQ(sids(rule("flow:established; flags:A; content:\"attack\";", 1), traffic), Sids{1});
  EXPECT_EQ(sids(rule("flow:established; flags:SA;", 1), traffic), Sids{});
}

TEST(StatementOfFlow, MidstreamGuessesTheDirection) {
  Traffic traffic;
  traffic.send(true, "attack").send(false, "");
  EvasionCase test{"", traffic, {}, rule("flow:established,to_server; content:\"attack\";", 1)};
  EXPECT_EQ(alerts_of(test).sids, Sids{});
  test.midstream = true;
  EXPECT_EQ(alerts_of(test).sids, Sids{1});
}

TEST(StatementOfFlow, Ipv4AndIpv6NeverMix) {
  // The flows of IPv4 addresses and of IPv6 addresses that begin with the same bytes.
  Traffic traffic;
  traffic.handshake().send(true, "att");
  traffic.use({.ipv6 = true}).skip(true, 3).send(true, "ack");
  EXPECT_EQ(sids(rule("content:\"attack\";", 1), traffic), Sids{});
}

TEST(StatementOfFlow, BytesBeforeTheAnswerToTheSynAreThoseOfPackets) {
  auto const rules = rule("content:\"attack\";", 1) + rule("content:\"attack\";", 2, "tcp-stream") +
                     rule("stream_size:client,>,1;", 3) + rule("content:\"tacker\";", 4);
  Traffic traffic;
  traffic.segment({.flags = kSyn, .offset = -1});
  traffic.segment({.data = "attack"}).segment({.offset = 6, .data = "er"});
  EXPECT_EQ(sids(rules, traffic), Sids{1});
  traffic.segment({.to_server = false, .flags = kSyn | kAck, .offset = -1});
  traffic.segment({.data = "attack"}).segment({.offset = 6, .data = "er"});
  auto const after = sids(rules + rule("flow:established; content:\"tacker\";", 5), traffic);
  EXPECT_EQ(std::count(after.begin(), after.end(), 5u), 1) << "it comes again";
}

// Order.

TEST(StatementOfOrder, ActionsThenPriorityThenSid) {
  auto const rules = rule("content:\"attack\"; priority:3;", 1, "udp") +
                     rule("content:\"attack\"; priority:1;", 5, "udp") +
                     rule("content:\"attack\"; priority:1;", 4, "udp") +
                     rule("content:\"attack\"; priority:4;", 6, "udp", "reject") +
                     rule("content:\"attack\"; priority:4;", 7, "udp", "drop");
  EXPECT_EQ(sids(rules, datagrams(1)), (Sids{7, 6, 4, 5, 1}));
  EXPECT_EQ(sids(rules + rule("content:\"attack\";", 8, "udp", "pass"), datagrams(1)), Sids{});
}

TEST(StatementOfOrder, SettersOfFlowbitsComeBeforeReadersAndPriority) {
  auto const rules =
      rule("content:\"attack\"; flowbits:isset,x; priority:1;", 1, "udp") +
      rule("content:\"attack\"; flowbits:isset,y; flowbits:set,x; priority:2;", 2, "udp") +
      rule("content:\"attack\"; flowbits:set,y; priority:3;", 3, "udp") +
      rule("content:\"attack\"; priority:1;", 4, "udp");
  EXPECT_EQ(sids(rules, datagrams(1)), (Sids{3, 2, 1, 4}));
}

TEST(StatementOfOrder, DropActsOnThePacketAndForTheStreamOnTheFlow) {
  auto traffic = connection();
  traffic.send(true, "attack").send(true, "more");
  EXPECT_EQ(run(rule("content:\"attack\";", 1, "tcp", "drop"), traffic, true).verdicts, "...dd");
  EXPECT_EQ(run(rule("content:\"attack\";", 1, "tcp-pkt", "drop"), traffic, true).verdicts,
            "...d.");
  EXPECT_EQ(run(rule("content:\"attack\";", 1, "tcp", "reject"), traffic, true).verdicts, "...rd");
  EXPECT_EQ(run(rule("content:\"attack\";", 1, "tcp", "drop"), traffic).verdicts, ".....")
      << "outside mode ips it only alerts";
}

TEST(StatementOfOrder, ARuleOfAddressesAloneActsOnTheFlowAndIsLookedAtOnceADirection) {
  auto traffic = connection();
  traffic.send(true, "one").send(false, "two").send(true, "three");
  EXPECT_EQ(sids(rule("", 1, "ip"), traffic), (Sids{1, 1}));
  EXPECT_EQ(run(rule("", 1, "ip", "drop"), datagrams(3), true).verdicts, "ddd");
}

/// User guide, "Rule types": like IP only.
TEST(StatementOfOrder, ARuleWithANegatedAddressActsOnTheFlowAndIsLookedAtWithEachPacket) {
  auto traffic = connection();
  traffic.send(true, "one").send(false, "two").send(true, "three");
  for (auto const address : {"!10.0.0.1", "[10.0.0.0/24, !10.0.0.1]", "[$HOME_NET, !10.0.0.1]"}) {
    auto const header = std::string("ip any any -> ") + address + " any ";
    EXPECT_EQ(sids("alert " + header + "(sid:1;)\n", traffic).size(), 4u) << address;
    auto const limited = "(threshold: type threshold, track by_src, count 2, seconds 60; sid:1;)\n";
    EXPECT_EQ(run("drop " + header + limited, datagrams(3), true).verdicts, ".dd") << address;
  }
  EXPECT_EQ(sids("alert ip any any -> !$EXTERNAL_NET any (sid:1;)\n", traffic).size(), 6u);
}

TEST(StatementOfOrder, ARuleThatChangesABitExceptBySettingItIsLookedAtWithEachPacket) {
  auto traffic = connection();
  traffic.send(true, "one").send(false, "two").send(true, "three");
  EXPECT_EQ(sids(rule("flowbits:set,x;", 1, "ip"), traffic).size(), 2u);
  EXPECT_EQ(sids(rule("flowbits:toggle,x;", 1, "ip"), traffic).size(), 6u);
  EXPECT_EQ(sids(rule("flowbits:unset,x;", 1, "ip"), traffic).size(), 6u);
}

TEST(StatementOfOrder, TheFirstVerdictOfAFlowStays) {
  auto traffic = connection();
  traffic.send(true, "trusted").send(true, "attack");
  auto const rules = rule("content:\"trusted\";", 1, "tcp", "pass") +
                     rule("content:\"attack\";", 2, "tcp", "drop");
  EXPECT_EQ(run(rules, traffic, true).verdicts, ".....");
  auto other = connection();
  other.send(true, "attack").send(true, "trusted");
  EXPECT_EQ(run(rules, other, true).verdicts, "...dd");
}

TEST(StatementOfOrder, PassEndsThePacketsRulesAndAnEarlierAlertStays) {
  auto traffic = connection();
  traffic.send(true, "attack").send(true, "trusted attack");
  auto const rules = rule("content:\"trusted\";", 1, "tcp-pkt", "pass") +
                     rule("content:\"attack\";", 2, "tcp-pkt");
  EXPECT_EQ(sids(rules, traffic), Sids{2});
}

/// Suricata's packet at the end of a flow has all that is left of a direction, over gaps, too.
TEST(StatementOfOrder, PassAtTheEndOfAFlowSilencesItsDirectionAlone) {
  auto const pass = rule("content:\"trusted\";", 1, "tcp", "pass");
  auto const alerts = rule("content:\"attack\";", 2) + rule("content:\"answer\";", 3);
  auto client = connection();
  client.send(true, "trusted attack").send(false, "answer");
  EXPECT_EQ(sids(pass + alerts, client), Sids{3});
  auto server = connection();
  server.send(true, "attack").send(false, "trusted answer");
  EXPECT_EQ(sids(pass + alerts, server), Sids{2});
  auto gap = connection();
  gap.send(true, "attack").skip(true, 10).send(true, "trusted").send(false, "answer");
  EXPECT_EQ(sids(pass + alerts, gap), Sids{3});
  auto closed = connection();
  closed.send(true, "trusted attack").send(false, "").close();
  closed.segment({.to_server = false, .offset = closed.next(false), .data = "answer"});
  EXPECT_EQ(sids(pass + alerts, closed), Sids{}) << "the pass came before the end";
}

TEST(StatementOfOrder, AtMostFifteenAlertsAPacketTheHighestFirst) {
  std::string rules;
  for (int sid = 1; sid <= 20; ++sid)
    rules += rule("content:\"attack\"; priority:" + std::to_string(1 + sid % 2) + ";" +
                      (sid <= 4 ? " noalert;" : ""),
                  sid, "udp");
  auto const result = run(rules, datagrams(1));
  EXPECT_EQ(result.sids.size(), 15u);
  EXPECT_EQ(result.overflow, 1u) << "16 of the 20 rules alert";
  EXPECT_EQ(result.sids.front(), 6u) << "of priority 1, without noalert";
  EXPECT_EQ(result.sids.back(), 17u) << "19 finds no place";
}

TEST(StatementOfOrder, BothWaysAreTried) {
  auto const both = "alert udp any 80 <> any 40000 (content:\"attack\"; sid:1;)\n"s;
  auto const one = "alert udp any 80 -> any 40000 (content:\"attack\"; sid:1;)\n"s;
  EXPECT_EQ(sids(both, datagrams(1)), Sids{1});
  EXPECT_EQ(sids(one, datagrams(1)), Sids{});
}

// Negation.

TEST(StatementOfNegation, TheAbsenceOfARulesOnlyContentSelectsIt) {
  auto const rules = rule("content:!\"attack\";", 1, "udp") + rule("content:!\"other\";", 2, "udp");
  EXPECT_EQ(sids(rules, datagrams(1)), Sids{2});
  EXPECT_EQ(sids(rule("content:!\"other\"; content:\"attack\";", 3, "udp"), datagrams(1)), Sids{3});
}

TEST(StatementOfOrder, BypassEndsTheInspectionOfTheFlowAfterThePacket) {
  auto const udp = [](std::string const& action) {
    return rule("content:\"attack\"; bypass;", 1, "udp", action) +
           rule("content:\"attack\";", 2, "udp");
  };
  EXPECT_EQ(sids(udp("alert"), datagrams(3)), (Sids{1, 2}));
  EXPECT_EQ(run(udp("drop"), datagrams(3), true).verdicts, "d..") << "no rule drops later packets";
  auto traffic = connection();
  traffic.send(true, "attack" + std::string(3000, '.')).send(false, "");
  traffic.send(true, "more").send(false, "").close();
  auto const tcp = rule("content:\"attack\"; bypass;", 1) + rule("content:\"more\";", 2);
  EXPECT_EQ(sids(tcp, traffic), Sids{1});
  EXPECT_EQ(sids(rule("content:\"more\";", 2), traffic), Sids{2});
}

// Thresholds.

TEST(StatementOfThresholds, FlowbitsAreSetWhateverTheyDo) {
  auto const rules =
      rule(
          "content:\"attack\"; flowbits:set,x; threshold:type limit,track by_src,count 1,seconds "
          "60; priority:1;",
          1, "udp") +
      rule("content:\"attack\"; flowbits:isset,x; flowbits:unset,x; priority:2;", 2, "udp");
  EXPECT_EQ(sids(rules, datagrams(3)), (Sids{1, 2, 2, 2}));
}

TEST(StatementOfThresholds, DropActsByTheirTypes) {
  auto const verdicts = [](std::string const& type) {
    auto const keyword =
        type == "detection_filter" ? "detection_filter:"s : "threshold:type " + type + ",";
    return run(rule("content:\"attack\"; " + keyword + "track by_src,count 2,seconds 60;", 1, "udp",
                    "drop"),
               datagrams(5), true)
        .verdicts;
  };
  EXPECT_EQ(verdicts("limit"), "ddddd") << "on every match";
  EXPECT_EQ(verdicts("both"), ".dddd") << "from its Nth match on";
  EXPECT_EQ(verdicts("threshold"), ".d.d.") << "on the Nth only";
  EXPECT_EQ(verdicts("detection_filter"), "..ddd") << "from N + 1 on";
}

/// As Suricata 7.0.10 does, found with captures: unlike drop.
TEST(StatementOfThresholds, PassActsOnTheMatchesThatWouldAlert) {
  auto const alerts = [](std::string const& type) {
    auto const keyword =
        type == "detection_filter" ? "detection_filter:"s : "threshold:type " + type + ",";
    auto const pass = "content:\"attack\"; " + keyword + "track by_src,count 2,seconds 60;";
    std::string packets;
    std::size_t before = 0;
    for (auto const count :
         run(rule(pass, 1, "udp", "pass") + rule("content:\"attack\";", 2, "udp"), datagrams(5))
             .by_packet) {
      packets += count == before ? '.' : 'a';
      before = count;
    }
    return packets;
  };
  EXPECT_EQ(alerts("limit"), "..aaa");
  EXPECT_EQ(alerts("both"), "a.aaa");
  EXPECT_EQ(alerts("threshold"), "a.a.a");
  EXPECT_EQ(alerts("detection_filter"), "aa...");
}

}  // namespace
}  // namespace warpline::ids::testing
