// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/gateway_file.hpp"

#include <gtest/gtest.h>

#include "tests/support/config_errors.hpp"
#include "tests/support/source_dir.hpp"

namespace warpline::ipsec {
namespace {

std::vector<Policy> parse(std::string text) {
  return parse_gateway_file(std::make_shared<Source>(Source{"t.toml", std::move(text)})).policies;
}

/// Everything that a faulty file reports.
std::string errors(std::string text) {
  return test::errors_of([&] { parse(std::move(text)); });
}

/// The messages alone, one a line, of a policy with these lines.
std::string messages(std::string const& lines) {
  return test::messages_of([&] { parse("[[policy]]\n" + lines); });
}

TEST(GatewayFile, ReadsThePoliciesOfTheExample) {
  auto const policies =
      load_gateway_file(test::source_dir() + "/examples/sa/gateway.toml").policies;
  ASSERT_EQ(policies.size(), 4u);
  EXPECT_EQ(policies[0].action, PolicyAction::kBypass);
  EXPECT_EQ(policies[0].selector.protocol, 17);
  EXPECT_EQ(policies[0].selector.source, parse_prefix("192.0.2.1"));
  EXPECT_EQ(policies[0].selector.source_port, (PortRange{500, 500}));
  EXPECT_EQ(policies[1].action, PolicyAction::kDiscard);
  EXPECT_EQ(policies[1].selector.destination, parse_prefix("192.0.2.2"));
  EXPECT_EQ(policies[1].selector.source_port, (PortRange{8, 8}));
  EXPECT_EQ(policies[1].selector.destination_port, (PortRange{0, 0}));
  EXPECT_EQ(policies[2].direction, PolicyDirection::kOut);
  EXPECT_EQ(policies[2].action, PolicyAction::kProtect);
  EXPECT_EQ(policies[2].priority, 100u);
  EXPECT_EQ(policies[2].sa, (SaTemplate{SaMode::kTunnel, parse_ip_address("192.0.2.1"),
                                        parse_ip_address("192.0.2.2"), std::nullopt, 1}));
  EXPECT_EQ(policies[3].direction, PolicyDirection::kForward);
}

TEST(GatewayFile, ReadsTheSasOfTheExample) {
  auto const sas = load_gateway_file(test::source_dir() + "/examples/sa/gateway.toml").sas;
  ASSERT_EQ(sas.size(), 3u);
  EXPECT_EQ(sas[0].direction, Direction::kOutbound);
  EXPECT_EQ(sas[0].form.source, parse_ip_address("192.0.2.1"));
  EXPECT_EQ(sas[0].form.destination, parse_ip_address("192.0.2.2"));
  EXPECT_EQ(sas[0].spi, 0x1001u);
  EXPECT_EQ(sas[0].suite, Suite::kAes128Gcm);
  EXPECT_EQ(sas[0].key.bytes().size(), 20u);
  EXPECT_EQ(sas[0].key.bytes()[19], 0xa3);
  EXPECT_EQ(sas[0].reqid, 1u);
  EXPECT_TRUE(sas[0].form.esn);
  EXPECT_EQ(sas[0].soft, (Lifetime{4'000'000'000, std::nullopt, 3000}));
  EXPECT_EQ(sas[0].hard, (Lifetime{std::nullopt, 1'000'000'000'000, 3600}));
  EXPECT_EQ(sas[1].direction, Direction::kInbound);
  EXPECT_EQ(sas[1].replay_window, 1024u);
  EXPECT_EQ(sas[2].suite, Suite::kAes128CtrHmacSha1);
  EXPECT_EQ(sas[2].authentication.bytes().size(), 20u);
  EXPECT_EQ(sas[2].form.udp, (UdpEncapsulation{4500, 61234}));
  EXPECT_FALSE(sas[2].form.udp->zero_checksum6);
  EXPECT_EQ(sas[2].form.df, DfPolicy::kClear);
  EXPECT_EQ(sas[2].form.icv_size, 12);
}

/// The messages of an SA that has these lines besides what it needs.
std::string sa_messages(std::string const& lines) {
  return test::messages_of([&] {
    parse("[[sa]]\nsource = '10.0.0.1'\ndestination = '10.0.0.2'\nspi = 0x1001\n" + lines);
  });
}

TEST(GatewayFile, NamesWhatIsWrongWithAnSa) {
  std::string const gcm = "suite = 'aes128gcm16'\nkey = '" + std::string(40, 'a') + "'\n";
  EXPECT_EQ(sa_messages(gcm), "no error");
  EXPECT_EQ(
      sa_messages("suite = 'aes128-gcm'\nkey = 'abcd'\n"),
      "key: aes128-gcm has 40 hexadecimal digits (16 bytes of key, then 4 of salt); there are "
      "4 digits\n");
  EXPECT_EQ(sa_messages("suite = 'aes128-gcm'\nkey = 'abc'\n"),
            "key: expected an even number of hexadecimal digits\n");
  EXPECT_EQ(sa_messages("suite = 'aes128-gcm'\n"),
            "this SA has no 'key'; expected 40 hexadecimal digits (16 bytes of key, then 4 of "
            "salt)\n");
  EXPECT_EQ(sa_messages(gcm + "authentication_key = 'aa'\n"),
            "authentication_key: aes128-gcm has none; there are 2 digits\n");
  EXPECT_EQ(sa_messages("key = 'aa'\n"), "this SA has no 'suite'\n");
  EXPECT_EQ(sa_messages(gcm + "replay_window = 63\n"),
            "replay_window: expected packets, 0 for none, or 64 to 4096\n");
  EXPECT_EQ(sa_messages(gcm + "esn = 1\n"), "esn: expected true or false\n");
  EXPECT_EQ(sa_messages(gcm + "last_sequence = 0x100000000\n"),
            "last_sequence: beyond 2^32 only with 'esn = true'\n");
  EXPECT_EQ(sa_messages(gcm + "last_received = 0x100000000\n"),
            "last_received: beyond 2^32 only with 'esn = true'\n");
  EXPECT_EQ(sa_messages(gcm + "last_received = -1\n"),
            "last_received: expected a sequence number\n");
  EXPECT_EQ(sa_messages(gcm + "replay_bitmap = '0x1'\n"),
            "replay_bitmap: expected 'last_received' beside it, which its lowest bit stands for\n");
  for (auto const& bad : std::vector<std::string>{"1", "0x", "0x1g", "0x" + std::string(1025, '1')})
    EXPECT_EQ(sa_messages(gcm + "last_received = 1\nreplay_bitmap = '" + bad + "'\n"),
              "replay_bitmap: expected 0x and 1 to 1024 hexadecimal digits\n");
  EXPECT_EQ(sa_messages(gcm + "lifetime = { hard = { packets = 0 } }\n"),
            "packets: expected a number above 0\n");
  EXPECT_EQ(sa_messages(gcm + "encapsulation = { source_port = 0, port = 1 }\n"),
            "source_port: expected a port, 1 to 65535\n"
            "unknown key 'port' in encapsulation = { }; expected one of destination_port, "
            "source_port, zero_checksum_ipv6\n");
  EXPECT_EQ(sa_messages(gcm + "encapsulation = { zero_checksum_ipv6 = 1 }\n"),
            "zero_checksum_ipv6: expected true or false\n");
  EXPECT_EQ(sa_messages(gcm + "selector = { destination_port = 53 }\n"),
            "selector: expected the protocol to be one with ports: tcp, udp, sctp, dccp or "
            "udplite\n");
}

TEST(GatewayFile, ReadsThatUdpOverIpv6HasNoChecksum) {
  auto const sas =
      parse_gateway_file(
          std::make_shared<Source>(Source{
              "t.toml",
              "[[sa]]\nsource = '::1'\ndestination = '::2'\n"
              "spi = 0x1001\nsuite = 'aes128-gcm'\nkey = '" +
                  std::string(40, 'a') + "'\nencapsulation = { zero_checksum_ipv6 = true }\n"}))
          .sas;
  ASSERT_EQ(sas.size(), 1u);
  EXPECT_TRUE(sas[0].form.udp->zero_checksum6);
  EXPECT_FALSE(sas[0].form.has_udp_checksum());
}

TEST(GatewayFile, ReadsWhatHasBeenReceived) {
  auto const text =
      "[[sa]]\nsource = '10.0.0.1'\ndestination = '10.0.0.2'\nspi = 0x1001\nesn = true\n"
      "suite = 'aes128gcm16'\nkey = '" +
      std::string(40, 'a') + "'\nlast_received = 0x200000001\nreplay_bitmap = '0x1fffffffd'\n";
  auto const sas = parse_gateway_file(std::make_shared<Source>(Source{"t.toml", text})).sas;
  EXPECT_EQ(sas.at(0).last_received, 0x2'0000'0001u);
  EXPECT_EQ(sas.at(0).received, (std::vector<std::uint32_t>{0xfffffffd, 1}));
}

TEST(GatewayFile, ReadsEveryKeyOfAPolicy) {
  auto const policies = parse(
      "[[policy]]\ndirection = 'in'\naction = 'protect'\nsource = '2001:db8::/32'\n"
      "destination = '::/0'\nprotocol = 132\nsource_port = '1-9'\ndestination_port = '80'\n"
      "priority = 0xffffffff\n[policy.sa]\nmode = 'transport'\nspi = 0xc0000001\nreqid = 9\n"
      "[[policy]]\ndirection = 'out'\naction = 'bypass'\n");
  ASSERT_EQ(policies.size(), 2u);
  EXPECT_EQ(policies[0].position.line, 1u);
  EXPECT_EQ(policies[0].selector,
            (TrafficSelector{
                parse_prefix("2001:db8::/32"), parse_prefix("::/0"), 132, {1, 9}, {80, 80}}));
  EXPECT_EQ(policies[0].priority, 0xffffffffu);
  EXPECT_EQ(policies[0].sa,
            (SaTemplate{SaMode::kTransport, std::nullopt, std::nullopt, 0xc0000001, 9}));
  EXPECT_EQ(policies[1].selector, TrafficSelector{});
}

TEST(GatewayFile, AFileWithoutPoliciesHasNone) {
  EXPECT_TRUE(parse("").empty());
  EXPECT_TRUE(parse("[[sa]]\nsource = '10.0.0.1'\ndestination = '10.0.0.2'\nspi = 0x1001\n"
                    "suite = 'null-sha256'\nauthentication_key = '" +
                    std::string(64, 'a') + "'\n")
                  .empty());
}

TEST(GatewayFile, ShowsThePlaceAndTheNearestKey) {
  EXPECT_EQ(errors("[[policy]]\ndirection = 'outt'\naction = 'bypass'\n  sorce = '10.0.0.0/8'\n"),
            "t.toml:2:13: error: direction: 'outt' is not known; expected \"out\" or \"in\" or "
            "\"forward\"; did you mean 'out'?\n"
            "  direction = 'outt'\n"
            "              ^\n"
            "t.toml:4:3: error: unknown key 'sorce' in [[policy]]; did you mean 'source'?\n"
            "    sorce = '10.0.0.0/8'\n"
            "    ^");
  EXPECT_EQ(errors("[[polcy]]\n"),
            "t.toml:1:3: error: unknown key 'polcy'; did you mean 'policy'?\n"
            "  [[polcy]]\n"
            "    ^");
}

TEST(GatewayFile, ShowsNoKeyOfAnSa) {
  auto const all = errors("[[sa]]\nkey = \"00112233445566778899aabbccddeeff\n");
  EXPECT_TRUE(all.starts_with("t.toml:2:")) << all;
  EXPECT_NE(all.find("key = \"********************************"), std::string::npos) << all;
  EXPECT_EQ(all.find("8899"), std::string::npos) << all;
}

TEST(GatewayFile, NamesWhatIsWrongWithEachKey) {
  EXPECT_EQ(messages("direction = 1\naction = 'protekt'\nsource = '10.0.0.0/40'\n"
                     "destination = 5\nprotocol = 'tpc'\npriority = -1\n"),
            "direction: expected \"out\" or \"in\" or \"forward\"\n"
            "action: 'protekt' is not known; expected \"protect\" or \"bypass\" or \"discard\"; "
            "did you mean 'protect'?\n"
            "source: '10.0.0.0/40': expected an IPv4 or IPv6 address or ADDRESS/LENGTH\n"
            "destination: expected an address or ADDRESS/LENGTH in quotes\n"
            "protocol: 'tpc': expected an IP protocol, e.g. tcp, udp, icmp, or its number below "
            "256; did you mean 'tcp'?\n"
            "priority: expected a number below 2^32; the lowest wins\n");
  std::string const start = "direction = 'out'\naction = 'bypass'\n";
  EXPECT_EQ(messages(start + "protocol = 'tcp'\nsource_port = 65536\ndestination_port = '9-8'\n"),
            "source_port: '65536': expected a number up to 65535, or \"FIRST-LAST\"\n"
            "destination_port: '9-8': expected a number up to 65535, or \"FIRST-LAST\"\n");
  EXPECT_EQ(messages(start + "icmp_type = 8\n"),
            "icmp_type: only ICMP has types and codes; expected the protocol to be icmp or "
            "ipv6-icmp\n");
  EXPECT_EQ(messages(start + "protocol = 300\n"),
            "protocol: '300': expected an IP protocol, e.g. tcp, udp, icmp, or its number below "
            "256\n");
  EXPECT_EQ(messages(start + "source = '10.0.0.0/8'\ndestination = '::/0'\n"),
            "expected an IPv4 prefix, as on the policy's other side\n");
  EXPECT_EQ(messages("source = '10.0.0.0/8'\n"),
            "this policy has no 'direction'\nthis policy has no 'action'\n");
}

TEST(GatewayFile, NamesWhatIsWrongWithTheTemplate) {
  std::string const start = "direction = 'out'\naction = 'protect'\n";
  EXPECT_EQ(messages(start), "a policy that protects needs an 'sa' = { ... }\n");
  EXPECT_EQ(messages("direction = 'out'\naction = 'bypass'\nsa = { mode = 'transport' }\n"),
            "only a policy that protects has an 'sa'\n");
  EXPECT_EQ(messages(start + "sa = { source = '192.0.2.1' }\n"),
            "sa: a tunnel needs both its ends; expected a source and a destination\n");
  EXPECT_EQ(messages(start + "sa = { source = '192.0.2.1', destination = '::1' }\n"),
            "sa: expected both ends to be of one IP version\n");
  EXPECT_EQ(messages(start + "sa = { source = '0.0.0.0', spi = 0, mod = 'tunnel' }\n"),
            "source: '0.0.0.0': expected the IPv4 or IPv6 address of an end\n"
            "spi: expected a number from 1 to 2^32 - 1 (RFC 4303 section 2.1)\n"
            "unknown key 'mod' in sa = { }; did you mean 'mode'?\n");
  EXPECT_EQ(messages(start + "sa = 1\n"), "expected a table: sa = { }\n");
}

TEST(GatewayFile, RefusesWhatIsNoListOfTables) {
  EXPECT_EQ(errors("policy = 1\n"),
            "t.toml:1:10: error: policy: expected [[policy]] tables\n"
            "  policy = 1\n"
            "           ^");
  EXPECT_EQ(errors("policy = [1]\n"),
            "t.toml:1:11: error: expected a table: [[policy]]\n"
            "  policy = [1]\n"
            "            ^");
}

}  // namespace
}  // namespace warpline::ipsec
