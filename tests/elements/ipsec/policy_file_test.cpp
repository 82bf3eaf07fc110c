// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/policy_file.hpp"

#include <gtest/gtest.h>

#include "tests/support/config_errors.hpp"

namespace warpline::ipsec {
namespace {

PolicyFile parse(std::string text) {
  return parse_policy_file(std::make_shared<Source>(Source{"t.spd", std::move(text)}));
}

/// Everything that a faulty file reports.
std::string errors(std::string text) {
  return test::errors_of([&] { parse(std::move(text)); });
}

/// The messages alone, one a line.
std::string messages(std::string text) {
  return test::messages_of([&] { parse(std::move(text)); });
}

constexpr char const* kTunnel = " tmpl src 1.2.3.4 dst 5.6.7.8 proto esp mode tunnel";

TEST(PolicyFile, ReadsWhatIpXfrmPolicyPrints) {
  auto const file = parse(
      "src 10.1.0.0/16 dst 10.2.0.0/16 \n"
      "\tdir out priority 375423 ptype main \n"
      "\ttmpl src 1.2.3.4 dst 5.6.7.8\n"
      "\t\tproto esp spi 0xc1234567 reqid 7 mode tunnel\n"
      "src fd00:1::/48 dst fd00:2::/48 proto udp dport 53 \n"
      "\tdir in priority 9 ptype main \n"
      "\ttmpl src 2001:db8::1 dst 2001:db8::2\n"
      "\t\tproto esp reqid 0 mode transport\n"
      "src 0.0.0.0/0 dst 0.0.0.0/0 \n"
      "\tdir fwd action block priority 0 ptype main flag localok\n"
      "src 0.0.0.0/0 dst 0.0.0.0/0 proto icmp type 8 code 0 \n"
      "\tdir out priority 1 ptype main \n");
  ASSERT_EQ(file.policies.size(), 4u);
  EXPECT_TRUE(file.warnings.empty());
  auto const& tunnel = file.policies[0];
  EXPECT_EQ(tunnel.position, (Position{1, 1}));
  EXPECT_EQ(tunnel.selector.source, parse_prefix("10.1.0.0/16"));
  EXPECT_EQ(tunnel.selector.destination, parse_prefix("10.2.0.0/16"));
  EXPECT_EQ(tunnel.selector.protocol, std::nullopt);
  EXPECT_TRUE(tunnel.selector.source_port.is_any());
  EXPECT_EQ(tunnel.direction, PolicyDirection::kOut);
  EXPECT_EQ(tunnel.action, PolicyAction::kProtect);
  EXPECT_EQ(tunnel.priority, 375423u);
  EXPECT_EQ(tunnel.sa, (SaTemplate{SaMode::kTunnel, parse_ip_address("1.2.3.4"),
                                   parse_ip_address("5.6.7.8"), 0xc1234567, 7}));
  auto const& transport = file.policies[1];
  EXPECT_EQ(transport.selector.source, parse_prefix("fd00:1::/48"));
  EXPECT_EQ(transport.selector.protocol, 17);
  EXPECT_EQ(transport.selector.destination_port, (PortRange{53, 53}));
  EXPECT_EQ(transport.direction, PolicyDirection::kIn);
  EXPECT_EQ(transport.sa, (SaTemplate{SaMode::kTransport, parse_ip_address("2001:db8::1"),
                                      parse_ip_address("2001:db8::2"), std::nullopt, 0}));
  auto const& discard = file.policies[2];
  EXPECT_EQ(discard.direction, PolicyDirection::kForward);
  EXPECT_EQ(discard.action, PolicyAction::kDiscard);
  EXPECT_EQ(discard.sa, std::nullopt);
  auto const& ping = file.policies[3];
  EXPECT_EQ(ping.action, PolicyAction::kBypass);
  EXPECT_EQ(ping.selector.protocol, 1);
  EXPECT_EQ(ping.selector.source_port, (PortRange{8, 8}));
  EXPECT_EQ(ping.selector.destination_port, (PortRange{0, 0}));
}

TEST(PolicyFile, ReadsTheCommandsThatAddPolicies) {
  auto const file = parse(
      "# two ways\n"
      "ip xfrm policy add src 10.0.0.0/8 dst 10.1.2.3 proto 6 sport 1024-65535 dport 443 \\\n"
      "dir out ptype main action allow priority 0x10 index 9 tmpl proto esp spi 0 level required "
      "share any\n"
      "\n"
      "ip xfrm policy update dir in src any # any version\n");
  ASSERT_EQ(file.policies.size(), 2u);
  auto const& first = file.policies[0];
  EXPECT_EQ(first.selector.destination, parse_prefix("10.1.2.3/32"));
  EXPECT_EQ(first.selector.protocol, 6);
  EXPECT_EQ(first.selector.source_port, (PortRange{1024, 65535}));
  EXPECT_EQ(first.selector.destination_port, (PortRange{443, 443}));
  EXPECT_EQ(first.priority, 16u);
  EXPECT_EQ(first.sa, (SaTemplate{SaMode::kTransport, std::nullopt, std::nullopt, std::nullopt, 0}))
      << "without a mode it is transport, as for ip";
  EXPECT_EQ(file.policies[1].selector, TrafficSelector{});
  EXPECT_EQ(file.policies[1].action, PolicyAction::kBypass);
}

TEST(PolicyFile, TakesWordsOfThePolicyBehindTheTemplate) {
  auto const file = parse(std::string("src 10.0.0.0/8") + kTunnel + " priority 3 dir out");
  ASSERT_EQ(file.policies.size(), 1u);
  EXPECT_EQ(file.policies[0].priority, 3u);
  EXPECT_EQ(file.policies[0].selector.destination, std::nullopt);
}

TEST(PolicyFile, SkipsPoliciesOfSocketsWithANote) {
  auto const file = parse(
      "src 0.0.0.0/0 dst 0.0.0.0/0 \n"
      "\tsocket out priority 0 ptype main \n"
      "src 0.0.0.0/0 dst 0.0.0.0/0 \n"
      "\tdir 3 priority 0 ptype main \n"
      "src ::/0 dst ::/0 dir 4 priority 0\n"
      "src ::/0 dst ::/0 dir out\n");
  EXPECT_EQ(file.policies.size(), 1u);
  ASSERT_EQ(file.warnings.size(), 1u);
  EXPECT_EQ(
      file.warnings[0].render(),
      "t.spd:2:2: warning: skipped: a policy of one socket is for packets of its own host (and "
      "2 more)\n"
      "  \tsocket out priority 0 ptype main \n"
      "  \t^");
}

TEST(PolicyFile, ShowsThePlaceAndTheNearestWord) {
  EXPECT_EQ(errors("src 10.0.0.0/8 dst 10.1.0.0/33\n  dir out priorty 5\n"),
            "t.spd:1:20: error: '10.1.0.0/33': expected an IPv4 or IPv6 address or "
            "ADDRESS/LENGTH\n"
            "  src 10.0.0.0/8 dst 10.1.0.0/33\n"
            "                     ^\n"
            "t.spd:2:11: error: unknown word 'priorty'; expected one of action, code, dir, dport, "
            "dst, flag, index, priority, proto, ptype, share, sport, src, tmpl, type; did you mean "
            "'priority'?\n"
            "    dir out priorty 5\n"
            "            ^");
}

TEST(PolicyFile, NamesWhatIsWrongWithEachField) {
  EXPECT_EQ(
      messages("src 10.0.0.0/8 dst ::/0 proto tpc dir outt priority x ptype sub action deny\n"),
      "expected an IPv4 prefix, as on the policy's other side\n"
      "'tpc': expected an IP protocol, e.g. tcp, udp, icmp, or its number below 256; did you "
      "mean 'tcp'?\n"
      "'dir' 'outt' is not supported; expected 'out' or 'in' or 'fwd'; did you mean 'out'?\n"
      "'x': expected a number below 2^32; the lowest wins\n"
      "'ptype' 'sub' is not supported; expected 'main'\n"
      "'action' 'deny' is not supported; expected 'allow' or 'block'\n");
  EXPECT_EQ(messages("src 10.0.0.0/8 dir in dir out"),
            "'dir' is given twice in one policy; first in line 1 (a policy begins in the first "
            "column, lines that continue it are indented)\n");
  EXPECT_EQ(messages("src 10.0.0.0/8\n"),
            "this policy has no 'dir' (a policy begins in the first column, lines that continue it "
            "are indented)\n");
  EXPECT_EQ(
      messages("dir out flag imcp share usr priority"),
      "'flag' 'imcp' is not supported; expected 'localok' or 'icmp'; did you mean 'icmp'?\n"
      "'share' 'usr' is not supported; expected 'any' or 'session' or 'user' or 'unique'; did "
      "you mean 'user'?\n"
      "nothing after 'priority'; expected a number below 2^32; the lowest wins\n");
}

TEST(PolicyFile, AsksForTheProtocolThatPortsNeed) {
  EXPECT_EQ(
      messages("dir out dport 80"),
      "'dport': expected the protocol to be one with ports: tcp, udp, sctp, dccp or udplite\n");
  EXPECT_EQ(
      messages("dir out proto icmp sport 80"),
      "'sport': expected the protocol to be one with ports: tcp, udp, sctp, dccp or udplite\n");
  EXPECT_EQ(messages("dir out proto tcp type 8"),
            "'type': only ICMP has types and codes; expected the protocol to be icmp or "
            "ipv6-icmp\n");
  EXPECT_EQ(messages("dir out proto tcp sport 65536 dport 9-8"),
            "'65536': expected a number up to 65535, or FIRST-LAST\n"
            "'9-8': expected a number up to 65535, or FIRST-LAST\n");
  EXPECT_EQ(messages("dir out proto icmp type 256 code -"),
            "'256': expected a number up to 255, or FIRST-LAST\n"
            "'-': expected a number up to 255, or FIRST-LAST\n");
}

TEST(PolicyFile, NamesWhatIsWrongWithTheTemplate) {
  EXPECT_EQ(messages("dir out tmpl src 1.2.3.4 proto ah spi 0x20 reqid x mode beet level use"),
            "'proto' 'ah' is not supported; expected 'esp'\n"
            "'x': expected a number below 2^32\n"
            "'mode' 'beet' is not supported; expected 'tunnel' or 'transport'\n"
            "'level' 'use' is not supported; expected 'required'\n");
  EXPECT_EQ(messages("dir out tmpl src 1.2.3.4 proto esp mode tunnel"),
            "a tunnel needs both its ends; expected a source and a destination\n");
  EXPECT_EQ(messages("dir out tmpl src 1.2.3.4 dst 0.0.0.0 proto esp mode tunnel"),
            "a tunnel needs both its ends; expected a source and a destination\n");
  EXPECT_EQ(messages("dir out tmpl src 1.2.3.4 dst 2001:db8::1 proto esp"),
            "expected both ends to be of one IP version\n");
  EXPECT_EQ(messages("dir out tmpl src 1.2.3 dst 5.6.7.8 mode tunnel"),
            "this template has no 'proto'; expected 'proto esp'\n"
            "'1.2.3': expected an IPv4 or IPv6 address\n");
  EXPECT_EQ(messages(std::string("dir out action block") + kTunnel),
            "a policy that blocks protects nothing; expected no 'tmpl'\n");
  EXPECT_EQ(messages(std::string("dir out") + kTunnel + kTunnel),
            "'tmpl' is given twice in one policy; first in line 1 (a policy begins in the first "
            "column, lines that continue it are indented)\n");
}

TEST(PolicyFile, RefusesAFileWithoutPolicies) {
  EXPECT_EQ(errors("# nothing\n\n"),
            "t.spd: error: holds no policy; expected at least one, in the words of 'ip xfrm "
            "policy'");
  EXPECT_EQ(errors("src ::/0 dst ::/0\n socket in priority 0"),
            "t.spd: error: holds no policy; expected at least one, in the words of 'ip xfrm "
            "policy'");
}

}  // namespace
}  // namespace warpline::ipsec
