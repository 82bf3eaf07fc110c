// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/detect/quick_check.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/net/wire.hpp"
#include "tests/elements/ids/rules/test_rule.hpp"

namespace warpline::ids {
namespace {

constexpr std::uint8_t kSyn = 2, kAck = 16;

/// A packet with 10 bytes of payload from port 1000 to port 80 of the server.
struct Seen {
  DecodedPacket packet{};
  Flow flow{};
  StreamView view{};
  MatchInput input{};

  Seen() {
    packet.version = 4;
    packet.protocol = protocol::kTcp;
    packet.source_port = 1000;
    packet.destination_port = 80;
    packet.payload_size = 10;
    packet.tcp_flags = kSyn;
    input.packet = &packet;
    input.flow = &flow;
  }
};

bool may_match(std::string const& text, Seen const& seen) {
  RuleSet const set(testing::read_all("alert " + text).rules);
  EXPECT_EQ(set.rules().size(), 1u) << text;
  return QuickCheck(set.rules().at(0)).may_match(QuickCheck::Packet(seen.input));
}

TEST(QuickCheck, LooksAtPorts) {
  Seen seen;
  EXPECT_TRUE(may_match("tcp any any -> any 80 (sid:1;)", seen));
  EXPECT_TRUE(may_match("tcp any 999:1001 -> any any (sid:1;)", seen));
  EXPECT_FALSE(may_match("tcp any any -> any 81:90 (sid:1;)", seen));
  EXPECT_FALSE(may_match("tcp any :999 -> any any (sid:1;)", seen));
  EXPECT_TRUE(may_match("tcp any any -> any [1,90] (sid:1;)", seen)) << "only the ends are known";
  EXPECT_TRUE(may_match("tcp any 80 <> any any (sid:1;)", seen));
}

TEST(QuickCheck, LooksAtFlagsAndTheProtocol) {
  Seen seen;
  EXPECT_TRUE(may_match("tcp any any -> any any (flags:S; sid:1;)", seen));
  EXPECT_TRUE(may_match("tcp any any -> any any (flags:S,12; sid:1;)", seen));
  EXPECT_FALSE(may_match("tcp any any -> any any (flags:A; sid:1;)", seen));
  EXPECT_FALSE(may_match("tcp any any -> any any (flags:+SA; sid:1;)", seen));
  EXPECT_TRUE(may_match("tcp any any -> any any (flags:!A; sid:1;)", seen));
  seen.packet.tcp_flags = kSyn | kAck;
  EXPECT_FALSE(may_match("tcp any any -> any any (flags:S; sid:1;)", seen));
  EXPECT_TRUE(may_match("tcp any any -> any any (flags:+A; sid:1;)", seen));
  EXPECT_TRUE(may_match("ip any any -> any any (ip_proto:6; sid:1;)", seen));
  EXPECT_TRUE(may_match("ip any any -> any any (ip_proto:>5; sid:1;)", seen));
  EXPECT_TRUE(may_match("ip any any -> any any (ip_proto:!41; sid:1;)", seen));
  EXPECT_FALSE(may_match("ip any any -> any any (ip_proto:41; sid:1;)", seen));
}

TEST(QuickCheck, LooksAtTheDirection) {
  Seen seen;
  EXPECT_TRUE(may_match("tcp any any -> any any (flow:to_server; sid:1;)", seen));
  EXPECT_FALSE(may_match("tcp any any -> any any (flow:to_client; sid:1;)", seen));
  EXPECT_FALSE(may_match("tcp:flow_start any any -> any any (sid:1;)", seen));
  seen.input.first_of_flow = true;
  EXPECT_TRUE(may_match("tcp:flow_start any any -> any any (sid:1;)", seen));
  seen.input.flow = nullptr;
  EXPECT_FALSE(may_match("tcp any any -> any any (flow:to_server; sid:1;)", seen));
  EXPECT_TRUE(may_match("tcp any any -> any any (sid:1;)", seen));
}

TEST(QuickCheck, LooksForBytes) {
  std::string const content = "tcp any any -> any any (content:\"a\"; sid:1;)",
                    packet = "tcp-pkt any any -> any any (content:\"a\"; sid:1;)",
                    stream = "tcp-stream any any -> any any (content:\"a\"; sid:1;)",
                    first = "tcp any any -> any any (content:\"a\"; depth:1; sid:1;)",
                    headers = "tcp any any -> any any (ttl:0; sid:1;)";
  Seen seen;
  EXPECT_TRUE(may_match(content, seen));
  EXPECT_TRUE(may_match(packet, seen));
  EXPECT_FALSE(may_match(stream, seen));
  seen.input.packet_in_stream = true;
  EXPECT_FALSE(may_match(content, seen));
  EXPECT_TRUE(may_match(packet, seen));
  EXPECT_TRUE(may_match(first, seen));
  seen.packet.payload_size = 0;
  EXPECT_FALSE(may_match(first, seen));
  EXPECT_TRUE(may_match(headers, seen));
  seen.input.stream = &seen.view;
  for (auto const& rule : {content, stream, first, headers})
    EXPECT_TRUE(may_match(rule, seen)) << rule;
  seen.input.no_packet = true;
  EXPECT_TRUE(may_match(content, seen));
  EXPECT_FALSE(may_match(packet, seen));
  EXPECT_FALSE(may_match(headers, seen));
}

TEST(QuickCheck, LeavesBytesOfApplicationsToTheirRules) {
  Seen seen;
  seen.packet.payload_size = 0;
  seen.input.no_packet = true;
  EXPECT_TRUE(may_match("http any any -> any any (http.uri; content:\"a\"; sid:1;)", seen));
  EXPECT_TRUE(
      may_match("http any any -> any any (content:\"b\"; http.uri; content:\"a\"; sid:1;)", seen));
  EXPECT_FALSE(may_match(
      "http any any -> any any (flow:to_client; http.stat_msg; content:\"a\"; sid:1;)", seen));
}

}  // namespace
}  // namespace warpline::ids
