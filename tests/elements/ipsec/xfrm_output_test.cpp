// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
//
// What each printer of `ip xfrm state` and `ip xfrm policy` prints (iproute2, ip/ipxfrm.c), with
// `-s` and `-o` too.
#include <gtest/gtest.h>

#include "elements/ipsec/config/policy_file.hpp"
#include "elements/ipsec/config/sa_file.hpp"
#include "tests/support/config_errors.hpp"

namespace warpline::ipsec {
namespace {

struct SaText {
  std::vector<SaConfig> sas;
  std::vector<std::string> notes;  // messages
};

SaText read_sas(std::string text) {
  SaText result;
  std::vector<Diagnostic> notes;
  result.sas = parse_sa_file(Source{"t.sa", std::move(text)}, &notes);
  for (auto const& note : notes) {
    EXPECT_EQ(note.severity, Diagnostic::Severity::kWarning);
    result.notes.push_back(note.message);
  }
  return result;
}
std::string sa_messages(std::string text) {
  return test::messages_of([&] { read_sas(std::move(text)); });
}

PolicyFile read_policies(std::string text) {
  return parse_policy_file(std::make_shared<Source>(Source{"t.spd", std::move(text)}));
}
std::string policy_messages(std::string text) {
  return test::messages_of([&] { read_policies(std::move(text)); });
}
std::vector<std::string> notes_of(PolicyFile const& file) {
  std::vector<std::string> messages;
  for (auto const& note : file.warnings) messages.push_back(note.message);
  return messages;
}

using Notes = std::vector<std::string>;

std::string passed_over(std::string const& words) {
  return "ignored, without effect on packets here: " + words;
}

/// A state as it is printed, with `lines` before its selector.
std::string state(std::string const& lines) {
  return "src 203.0.113.1 dst 203.0.113.2\n"
         "\tproto esp spi 0x0000d001 reqid 9 mode tunnel\n"
         "\treplay-window 0 flag af-unspec\n"
         "\taead rfc4106(gcm(aes)) 0x0f0e0d0c0b0a09080706050403020100a5a6a7a8 128\n" +
         lines + "\tsel src 0.0.0.0/0 dst 10.9.0.0/16 \n";
}

TEST(XfrmState, PassesOverWhatSaysNothingAboutPackets) {
  std::pair<std::string, std::string> const cases[] = {
      {"\tlastused 2026-01-02 03:04:05\n", "lastused"},
      {"\tlastused -\n", "lastused"},
      {"\tcrypto offload parameters: dev eth0 dir in\n", "offload"},
      {"\tcrypto offload parameters: dev src dir out mode packet\n", "offload"},
      {"\tpacket offload parameters: dev eth0 dir out\n", "offload"},
      {"\tif_id 0x2a\n", "if_id"},
      {"\tmark 0xd00/0xf00 \n", "mark"},
      {"\tmark 0xd00/0xf00 output-mark 0xe00/0xf00\n", "mark, output-mark"},
      {"\toutput-mark 0xe00\n", "output-mark"},
      {"\tcoa 203.0.113.9\n", "coa"},
      {"\tsecurity context system_u:object_r:ipsec_spd_t:s0 \n", "security context"},
      {"\tnat_keepalive_interval 20\n", "nat_keepalive_interval"},
      {"\tpcpu-num 3\n", "pcpu-num"},
  };
  for (auto const& [lines, words] : cases) {
    auto const text = read_sas(state(lines));
    ASSERT_EQ(text.sas.size(), 1u) << lines;
    EXPECT_EQ(text.notes, Notes{passed_over(words)}) << lines;
    EXPECT_EQ(text.sas[0].form.source, parse_ip_address("203.0.113.1")) << lines;
    EXPECT_FALSE(text.sas[0].direction) << lines;
    ASSERT_TRUE(text.sas[0].selector) << lines;
    EXPECT_EQ(text.sas[0].selector->destination, parse_prefix("10.9.0.0/16")) << lines;
  }
}

TEST(XfrmState, PassesOverTheSameWordsAsArguments) {
  auto const text = read_sas(
      "ip xfrm state add src 203.0.113.1 dst 203.0.113.2 proto esp spi 0xd001 mark 0x5 mask 0xff "
      "offload packet dev eth0 dir out ctx system_u:object_r:x_t:s0 set-mark 7 mask 0xf if_id 3 "
      "mode tunnel aead 'rfc4106(gcm(aes))' 0x0f0e0d0c0b0a09080706050403020100a5a6a7a8 128");
  EXPECT_EQ(text.notes, Notes{passed_over("mark, offload, security context, output-mark, if_id")});
  EXPECT_EQ(text.sas[0].form.mode, SaMode::kTunnel);
}

/// With `ip -s`.
std::string const kStatistics =
    "src 203.0.113.1 dst 203.0.113.2\n"
    "\tproto esp spi 0x0000d001(53249) reqid 9(0x00000009) mode tunnel\n"
    "\treplay-window 32 seq 0x00000000 flag nopmtudisc esn extra_flag dont-encap-dscp (0x84)\n"
    "\tauth-trunc hmac(sha256) 0x" +
    std::string(64, 'a') +
    " (256 bits) 128\n"
    "\tenc cbc(aes) 0x" +
    std::string(32, 'b') +
    " (128 bits)\n"
    "\tlastused 2026-01-02 03:04:05\n"
    "\tanti-replay esn context:\n"
    "\t seq-hi 0x1, seq 0x29, oseq-hi 0x0, oseq 0x0\n"
    "\t replay_window 64, bitmap-length 2\n"
    "\t 00000000 000003ff \n"
    "\tsel src 10.8.0.0/16 dst 10.9.0.0/16 proto icmp type 8 code 0 dev eth0 uid 0\n"
    "\tlifetime config:\n"
    "\t  limit: soft (INF)(bytes), hard (INF)(bytes)\n"
    "\t  limit: soft 1000(packets), hard (INF)(packets)\n"
    "\t  expire add: soft 3000(sec), hard 3600(sec)\n"
    "\t  expire use: soft 0(sec), hard 0(sec)\n"
    "\tlifetime current:\n"
    "\t  84(bytes), 1(packets)\n"
    "\t  add 2026-01-02 03:04:05 use -\n"
    "\tstats:\n"
    "\t  replay-window 1 replay 2 failed 3\n"
    "\tsecurity context system_u:object_r:x_t:s0 \n";

TEST(XfrmState, ReadsTheOutputWithStatistics) {
  auto const text = read_sas(kStatistics + state("\tdir out\n"));
  EXPECT_EQ(text.notes, Notes{passed_over("statistics, lastused, dev, security context")});
  ASSERT_EQ(text.sas.size(), 2u);
  auto const& sa = text.sas[0];
  EXPECT_EQ(sa.spi, 0xd001u);
  EXPECT_EQ(sa.reqid, 9u);
  EXPECT_EQ(sa.suite, Suite::kAes128CbcHmacSha256);
  EXPECT_EQ(sa.form.df, DfPolicy::kClear);
  EXPECT_TRUE(sa.form.esn);
  EXPECT_EQ(sa.form.dscp, 0);
  EXPECT_EQ(sa.last_received, 0x1'0000'0029u);
  EXPECT_EQ(sa.replay_window, 64u) << "that of the context, not of the statistics";
  EXPECT_EQ(sa.soft, Lifetime{});
  ASSERT_TRUE(sa.selector);
  EXPECT_EQ(sa.selector->protocol, 1);
  EXPECT_EQ(sa.selector->source_port, (PortRange{8, 8}));
  EXPECT_EQ(sa.selector->destination_port, (PortRange{0, 0}));
}

TEST(XfrmState, ReadsStatisticsOfAnSaWithoutFlagsAndLimits) {
  auto const text = read_sas(
      "src ::1 dst ::2\n"
      "\tproto esp spi 0x0000d001(53249) reqid 0(0x00000000) mode transport\n"
      "\treplay-window 0 seq 0x00000000 flag extra_flag  (0x00)\n"
      "\tauth-trunc hmac(sha256) 0x" +
      std::string(64, 'a') +
      " (256 bits) 128\n"
      "\tenc ecb(cipher_null) \n"
      "\tanti-replay context: seq 0x0, oseq 0x7, bitmap 0x00000000\n"
      "\tlifetime current:\n"
      "\t  add 2026-01-02 03:04:05 use 2026-01-02 03:04:05\n");
  ASSERT_EQ(text.sas.size(), 1u);
  EXPECT_EQ(text.sas[0].suite, Suite::kNullHmacSha256);
  EXPECT_EQ(text.sas[0].last_sequence, 7u);
  EXPECT_EQ(text.notes, Notes{passed_over("statistics")});
}

/// As `ip -o` prints it.
std::string one_line(std::string text) {
  std::string line;
  for (char const c : text) line += c == '\n' ? std::string("\\") : std::string(1, c);
  return line + "\n";
}

TEST(XfrmState, ReadsTheOutputInOneLine) {
  auto const text = read_sas(one_line(kStatistics) + one_line(state("\tif_id 0x1\n\tdir in\n")));
  ASSERT_EQ(text.sas.size(), 2u);
  EXPECT_EQ(text.sas[0].last_received, 0x1'0000'0029u);
  EXPECT_EQ(text.sas[1].form.destination, parse_ip_address("203.0.113.2"));
  auto const policies =
      read_policies(one_line("src 10.8.0.0/16 dst 10.9.0.0/16 \n"
                             "\tdir out priority 5 ptype main \n"
                             "\ttmpl src 203.0.113.1 dst 203.0.113.2\n"
                             "\t\tproto esp reqid 9 mode tunnel\n"));
  EXPECT_EQ(policies.policies[0].sa->reqid, 9u);
}

TEST(XfrmState, SkipsOtherProtocolsWithOneWarning) {
  auto const text = read_sas(
      "src 203.0.113.1 dst 203.0.113.2\n"
      "\tproto ah spi 0x00000101 reqid 1 mode transport\n"
      "\treplay-window 32 \n"
      "\tauth-trunc hmac(sha1) 0x00112233 96\n" +
      state("") +
      "src 203.0.113.1 dst 203.0.113.2\n"
      "\tproto comp spi 0x0000d002 reqid 1 mode tunnel\n"
      "\tcomp deflate \n"
      "src 203.0.113.1 dst 203.0.113.2\n"
      "\tproto 4 spi 0xcb007101 reqid 0 mode tunnel\n"
      "src 2001:db8::1 dst 2001:db8::2\n"
      "\tproto route2 reqid 0 mode ro\n"
      "\tcoa 2001:db8::9\n"
      "src 2001:db8::1 dst 2001:db8::2\n"
      "\tproto hao reqid 0 mode ro\n");
  EXPECT_EQ(text.sas.size(), 1u);
  EXPECT_EQ(text.notes, Notes{"skipped: an SA of another protocol than ESP (and 4 more)"});
  EXPECT_EQ(sa_messages("src 203.0.113.1 dst 203.0.113.2 proto ah spi 0x101 mode transport"),
            "holds no SA; expected at least one, in the words of 'ip xfrm state'\n");
}

TEST(XfrmState, TakesReservedSpisWithAWarning) {
  auto const low = [](std::string const& spi) {
    auto text = state("");
    return text.replace(text.find("0x0000d001"), 10, spi);
  };
  for (std::string const spi : {"0x00000003", "8", "255"})
    EXPECT_EQ(read_sas(low(spi)).notes,
              Notes{"SPIs from 1 to 255 are reserved (RFC 4303 section 2.1); peers may refuse this "
                    "one"});
  EXPECT_TRUE(read_sas(low("256")).notes.empty());
  EXPECT_EQ(sa_messages(low("0")),
            "SPI 0 is never sent; expected a number from 1 to 2^32 - 1 (RFC 4303 section 2.1)\n");
}

TEST(XfrmState, DoesNotTakeTheValuesOfUnknownWordsForWords) {
  EXPECT_EQ(sa_messages(state("\tnovelty dir in spi 0x5 replay-window\n")).substr(0, 23),
            "unknown word 'novelty';");
  EXPECT_EQ(sa_messages(state("\tnovelty dir in spi 0x5 replay-window\n")).find('\n') + 1,
            sa_messages(state("\tnovelty dir in spi 0x5 replay-window\n")).size())
      << "one message";
  EXPECT_TRUE(sa_messages("src 1.2.3.4 novelty dst 5.6.7.8 proto esp")
                  .starts_with("unknown word 'novelty';"))
      << "nor are they missing";
}

TEST(XfrmState, RefusesWhatWouldChangePackets) {
  EXPECT_EQ(sa_messages(state("\ttfcpad 1400\n")),
            "'tfcpad' would change packets, and is not supported\n");
  EXPECT_EQ(sa_messages(state("\tencap type espintcp sport 4500 dport 4500 addr 0.0.0.0\n")),
            "'encap' 'espintcp' is not supported; expected 'espinudp'; did you mean 'espinudp'?\n");
  auto keyed = state("");
  keyed.insert(keyed.rfind('\n'), "proto gre key 77");
  EXPECT_EQ(sa_messages(keyed),
            "'key' is not supported; expected a selector of addresses, protocol and ports\n");
}

TEST(XfrmState, SaysWhatToDoAboutHiddenKeys) {
  EXPECT_EQ(sa_messages("src 1.2.3.4 dst 5.6.7.8\n\tproto esp spi 0xd001 reqid 9 mode tunnel\n"
                        "\taead rfc4106(gcm(aes)) <<Keys hidden>> 128\n"),
            "the keys are hidden; expected what 'ip xfrm state' prints without 'nokeys'\n");
}

TEST(XfrmState, RefusesNumbersThatIpTakesForOctal) {
  auto text = state("");
  text.replace(text.find("0x0000d001"), 10, "0010001");
  EXPECT_EQ(sa_messages(text),
            "'0010001': expected a number from 1 to 2^32 - 1 (RFC 4303 section 2.1), without a "
            "leading 0 ('ip' takes it for octal)\n");
  EXPECT_EQ(sa_messages(state("\treplay-seq 07\n")),
            "'07': expected a number below 2^32, without a leading 0 ('ip' takes it for octal)\n");
  EXPECT_EQ(read_sas(state("\tdir in\n")).sas[0].direction, Direction::kInbound);
}

/// A policy as it is printed, with `lines` after its direction.
std::string policy(std::string const& lines, std::string const& side = "10.9.0.0/16") {
  return "src 10.8.0.0/16 dst " + side +
         " \n"
         "\tdir out priority 5 ptype main \n" +
         lines +
         "\ttmpl src 203.0.113.1 dst 203.0.113.2\n"
         "\t\tproto esp spi 0x0000d001 reqid 9 mode tunnel\n";
}

TEST(XfrmPolicy, ReadsTheOutputWithStatistics) {
  auto const file = read_policies(
      "src 10.8.0.0/16 dst 10.9.0.0/16 uid 0\n"
      "\tdir out action allow index 1369 priority 100 ptype main share any flag  (0x00000000)\n"
      "\tlifetime config:\n"
      "\t  limit: soft (INF)(bytes), hard (INF)(bytes)\n"
      "\t  limit: soft (INF)(packets), hard (INF)(packets)\n"
      "\t  expire add: soft 0(sec), hard 0(sec)\n"
      "\t  expire use: soft 0(sec), hard 0(sec)\n"
      "\tlifetime current:\n"
      "\t  0(bytes), 0(packets)\n"
      "\t  add 2026-01-02 03:04:05 use -\n"
      "\ttmpl src 203.0.113.1 dst 203.0.113.2\n"
      "\t\tproto esp spi 0x0000d001(53249) reqid 9(0x00000009) mode tunnel\n"
      "\t\tlevel required share any \n"
      "\t\tenc-mask ffffffff auth-mask ffffffff comp-mask ffffffff\n"
      "src 0.0.0.0/0 dst 0.0.0.0/0 uid 0\n"
      "\tsocket in action allow index 83 priority 0 ptype main share any flag  (0x00000000)\n"
      "\tlifetime current:\n"
      "\t  0(bytes), 0(packets)\n"
      "src 10.8.0.0/16 dst 10.9.0.0/16 proto tcp sport 1 dport 2 uid 0\n"
      "\tdir in action block index 8 priority 7 share unique flag localok icmp (0x03)\n");
  ASSERT_EQ(file.policies.size(), 2u);
  EXPECT_EQ(file.policies[0].priority, 100u);
  EXPECT_EQ(file.policies[0].sa, (SaTemplate{SaMode::kTunnel, parse_ip_address("203.0.113.1"),
                                             parse_ip_address("203.0.113.2"), 0xd001, 9}));
  EXPECT_EQ(file.policies[1].action, PolicyAction::kDiscard);
  EXPECT_EQ(file.policies[1].selector.destination_port, (PortRange{2, 2}));
  EXPECT_EQ(notes_of(file),
            (Notes{passed_over("statistics"),
                   "skipped: a policy of one socket is for packets of its own host"}));
}

TEST(XfrmPolicy, PassesOverOffload) {
  for (std::string const lines :
       {"\tcrypto offload parameters: dev eth0 dir out\n",
        "\tpacket offload parameters: dev eth0 dir in\n", "\toffload packet dev eth0\n"}) {
    auto const file = read_policies(policy(lines));
    EXPECT_EQ(file.policies[0].direction, PolicyDirection::kOut);
    EXPECT_EQ(notes_of(file), Notes{passed_over("offload")});
  }
}

TEST(XfrmPolicy, PassesOverMarksAndInterfacesIfMorePacketsAreProtectedByThat) {
  std::pair<std::string, std::string> const cases[] = {
      {"\tmark 0xd00/0xf00 \n", "mark"},
      {"\tif_id 0x2a\n", "if_id"},
      {"\tsecurity context system_u:object_r:x_t:s0 \n", "security"},
      {"\tctx system_u:object_r:x_t:s0\n", "ctx"},
      {"\tdev eth0\n", "dev"}};
  for (auto const& [lines, word] : cases) {
    auto const file = read_policies(policy(lines));
    ASSERT_EQ(file.policies.size(), 1u);
    EXPECT_EQ(file.policies[0].action, PolicyAction::kProtect);
    EXPECT_EQ(notes_of(file),
              Notes{"'" + word + "' is passed over: the policy applies to packets of any"});
    EXPECT_EQ(
        policy_messages("src 10.8.0.0/16 dst 10.9.0.0/16\n\tdir out priority 5\n" + lines),
        "'" + word +
            "' is not supported in a policy that lets packets bypass: without it, more packets "
            "would leave unprotected\n");
    EXPECT_EQ(policy_messages("src 10.8.0.0/16 dst 10.9.0.0/16\n\tdir out action block\n" + lines),
              "no error");
  }
}

TEST(XfrmPolicy, RefusesPoliciesThatDifferOnlyByAMark) {
  EXPECT_EQ(policy_messages(policy("\tif_id 0x1\n") + policy("\tif_id 0x2\n")),
            "this policy differs from the one in line 1 only by 'if_id', which is not supported; "
            "expected policies for different packets\n");
  EXPECT_EQ(policy_messages(policy("\tif_id 0x1\n") + policy("\tif_id 0x2\n", "10.7.0.0/16")),
            "no error");
  EXPECT_EQ(policy_messages(policy("\tif_id 0x1\n") + policy("\tif_id 0x1\n")), "no error");
}

TEST(XfrmPolicy, RefusesWhatWouldChangeTheMeaning) {
  EXPECT_EQ(policy_messages("src 10.0.0.0/8 dst 10.9.0.0/16 proto gre key 7\n\tdir out\n"),
            "'key' is not supported; expected a policy that asks for addresses, protocol and ports "
            "alone\n");
  EXPECT_EQ(
      policy_messages(policy("\tlimit byte-hard 5\n")),
      "'limit' is not supported; expected a policy that asks for addresses, protocol and ports "
      "alone\n");
}

TEST(XfrmPolicy, DoesNotTakeTheValuesOfUnknownWordsForWords) {
  auto const messages = policy_messages("src 10.0.0.0/8\n\tnovelty dir in priority x\n");
  EXPECT_TRUE(messages.starts_with("unknown word 'novelty';")) << messages;
  EXPECT_EQ(messages.find('\n') + 1, messages.size()) << messages;
}

TEST(XfrmPolicy, TakesReservedSpisWithAWarning) {
  auto text = policy("");
  text.replace(text.find("0x0000d001"), 10, "0x00000003");
  auto const file = read_policies(text);
  EXPECT_EQ(file.policies[0].sa->spi, 3u);
  EXPECT_EQ(notes_of(file),
            Notes{"SPIs from 1 to 255 are reserved (RFC 4303 section 2.1); peers may refuse this "
                  "one"});
}

}  // namespace
}  // namespace warpline::ipsec
