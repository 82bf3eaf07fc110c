// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/rule_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace warpline::ids {
namespace {

struct Read {
  std::vector<Rule> rules;
  RuleFileReport report;
};

Read read(std::string text, Variables variables = default_variables()) {
  RuleParser parser(std::move(variables));
  parser.read(std::make_shared<Source>(Source{"t.rules", std::move(text)}));
  return {parser.take_rules(), parser.report()};
}

Rule rule(std::string const& options) {
  auto result = read("alert tcp any any -> any any (" + options + " sid:1;)\n");
  if (result.rules.size() != 1)
    ADD_FAILURE() << options << ": "
                  << (result.report.errors.empty() ? std::string("not loaded")
                                                   : result.report.errors[0].render());
  return result.rules.empty() ? Rule{} : std::move(result.rules[0]);
}

/// `LINE:COLUMN: MESSAGE` of the only error.
std::string error(std::string const& text) {
  auto const report = read(text).report;
  if (report.errors.size() != 1) return std::to_string(report.errors.size()) + " errors";
  auto const& error = report.errors[0];
  return std::to_string(error.position.line) + ":" + std::to_string(error.position.column) + ": " +
         error.message;
}
std::string option_error(std::string const& options) {
  return error("alert tcp any any -> any any (" + options + " sid:1;)");
}

ContentMatch content(std::string const& options) {
  auto const loaded = rule(options);
  return loaded.buffers.empty() ? ContentMatch{} : std::get<ContentMatch>(loaded.buffers[0].match);
}

TEST(RuleParser, ReadsAHeader) {
  auto const result = read(
      "drop udp [10.0.0.0/8,!10.1.0.0/16] 1024: <> !192.0.2.1 [53,5353] (msg:\"a \\\"b\\\"\"; "
      "sid:7; rev:3; classtype:x; priority:2; reference:url,example.org/a; metadata:a b, c d;)");
  ASSERT_EQ(result.rules.size(), 1u) << result.report.errors[0].render();
  auto const& rule = result.rules[0];
  EXPECT_EQ(rule.action, Action::kDrop);
  EXPECT_EQ(rule.protocol, RuleProtocol::kUdp);
  EXPECT_TRUE(rule.both_ways);
  EXPECT_TRUE(rule.source.contains(*parse_ip_address("10.2.0.1")));
  EXPECT_FALSE(rule.source.contains(*parse_ip_address("10.1.0.1")));
  EXPECT_FALSE(rule.source.contains(*parse_ip_address("2001:db8::1")));
  EXPECT_TRUE(rule.destination.contains(*parse_ip_address("2001:db8::1")));
  EXPECT_FALSE(rule.destination.contains(*parse_ip_address("192.0.2.1")));
  EXPECT_EQ(rule.source_ports, PortSet(1024, 65535));
  EXPECT_TRUE(rule.destination_ports.contains(53));
  EXPECT_FALSE(rule.destination_ports.contains(54));
  EXPECT_EQ(rule.message, "a \"b\"");
  EXPECT_EQ(rule.sid, 7u);
  EXPECT_EQ(rule.rev, 3u);
  EXPECT_EQ(rule.priority, 2u);
  ASSERT_EQ(rule.metadata.size(), 2u);
  EXPECT_EQ(rule.metadata[1].second, "d");
}

TEST(RuleParser, ReadsContentsInTextAndHex) {
  auto const match = content(R"(content:"a|0d 0A|\"\;\\|7c|"; nocase;)");
  EXPECT_EQ(match.bytes, "a\r\n\";\\|");
  EXPECT_TRUE(match.nocase);
  EXPECT_TRUE(content("content:!\"x\";").negated);
}

TEST(RuleParser, ReadsWhereAContentMayBe) {
  auto const loaded =
      rule(R"(content:"ab"; offset:3; depth:10; content:"c"; distance:-4; within:9;)");
  auto const& first = std::get<ContentMatch>(loaded.buffers[0].match);
  EXPECT_EQ(first.offset, Operand{3});
  EXPECT_EQ(first.depth, Operand{10});
  auto const& second = std::get<ContentMatch>(loaded.buffers[1].match);
  EXPECT_TRUE(second.is_relative());
  EXPECT_EQ(second.distance, Operand{-4});
}

TEST(RuleParser, ResolvesVariablesOfByteExtract) {
  auto const loaded = rule(
      "content:\"ab\"; byte_extract:1,2,length,relative; content:\"c\"; distance:length; "
      "byte_test:2,>,length,0,relative,little; byte_jump:4,length,from_beginning;");
  EXPECT_EQ(loaded.variables, std::vector<std::string>{"length"});
  EXPECT_EQ(std::get<ContentMatch>(loaded.buffers[2].match).distance, (Operand{0, 0}));
  EXPECT_EQ(std::get<ByteTest>(loaded.buffers[3].match).value, (Operand{0, 0}));
  EXPECT_EQ(std::get<ByteJump>(loaded.buffers[4].match).offset, (Operand{0, 0}));
}

TEST(RuleParser, ReadsRangesOfHeadersAsIntervals) {
  auto const field = [](std::string const& options) {
    auto const loaded = rule(options);
    auto const& match = std::get<HeaderMatch>(loaded.packet.at(0));
    return std::pair(match.min, match.max);
  };
  EXPECT_EQ(field("dsize:100<>200;"), std::pair(std::int64_t{101}, std::int64_t{199}));
  EXPECT_EQ(field("dsize:>100;"), std::pair(std::int64_t{101}, std::int64_t{65535}));
  EXPECT_EQ(field("ttl:1-3;"), std::pair(std::int64_t{1}, std::int64_t{3}));
  EXPECT_EQ(field("ip_proto:tcp;"), std::pair(std::int64_t{6}, std::int64_t{6}));
  EXPECT_EQ(field("icmp_seq:0;"), std::pair(std::int64_t{0}, std::int64_t{0}));
  EXPECT_EQ(field("fragoffset:>0;"), std::pair(std::int64_t{1}, std::int64_t{8191}));
  EXPECT_EQ(field("fragoffset:<10;"), std::pair(std::int64_t{0}, std::int64_t{9}));
  EXPECT_TRUE(std::get<HeaderMatch>(rule("fragoffset:!8;").packet.at(0)).negated);
}

TEST(RuleParser, ReadsBufferSizesAsIntervals) {
  auto const size = [](std::string const& options) {
    auto const loaded = rule(options);
    auto const& match = std::get<BufferSize>(loaded.buffers.at(0).match);
    return std::pair(match.min, match.max);
  };
  using Sizes = std::pair<std::uint64_t, std::uint64_t>;
  EXPECT_EQ(size("bsize:4;"), Sizes(4, 4));
  EXPECT_EQ(size("bsize:0<>2;"), Sizes(1, 1));
  EXPECT_EQ(size("bsize:<1;"), Sizes(0, 0));
}

TEST(RuleParser, KnowsBothNamesOfFields) {
  auto const field = [](std::string const& options) {
    return std::get<HeaderMatch>(rule(options).packet.at(0)).field;
  };
  EXPECT_EQ(field("tcp.seq:1;"), field("seq:1;"));
  EXPECT_EQ(field("tcp.ack:1;"), field("ack:1;"));
  EXPECT_EQ(field("tcp.window:1;"), field("window:1;"));
}

TEST(RuleParser, SkipsRulesOfEventsThatNothingRaises) {
  auto const result = read(
      "alert pkthdr any any -> any any (decode-event:ipv4.trunc_pkt; sid:1;)\n"
      "alert pkthdr any any -> any any (decode-event:ipv6.zero_len_padn; sid:2;)\n"
      "alert tcp any any -> any any (stream-event:no_such_event; sid:3;)\n");
  EXPECT_EQ(result.report.loaded, 1u);
  EXPECT_EQ(result.report.skipped_by.at("decode-event ipv6.zero_len_padn"), 1u);
  EXPECT_EQ(result.report.skipped_by.at("stream-event no_such_event"), 1u);
}

TEST(RuleParser, JoinsContinuedLinesAndKeepsTheirPlaces) {
  EXPECT_EQ(error("# a comment\n\nalert tcp any any \\\n  -> any any (sid:1; \\\n  nonsense;)\n"),
            "5:3: unknown keyword 'nonsense'");
}

TEST(RuleParser, LoadsWhatItCanAndReportsTheRest) {
  auto const result = read(
      "alert tcp any any -> any any (content:\"a\"; sid:1;)\n"
      "alert http2 any any -> any any (content:\"a\"; sid:2;)\n"
      "alert tcp any any -> any any (content:\"a\"; asn1:x; sid:3;)\n"
      "alert tcp any any -> any any (content:\"a; sid:4;)\n"
      "alert tcp any any -> any any (content:\"b\"; lua:x; sid:5;)\n");
  EXPECT_EQ(result.report.loaded, 1u);
  EXPECT_EQ(result.report.skipped, 3u);
  EXPECT_EQ(result.report.refused, 1u);
  EXPECT_EQ(result.report.skipped_by.at("protocol http2"), 1u);
  EXPECT_EQ(result.report.skipped_by.at("asn1"), 1u);
  EXPECT_EQ(result.report.skipped_by.at("lua"), 1u);
}

TEST(RuleParser, TakesTheHigherRevisionOfASid) {
  auto const result = read(
      "alert tcp any any -> any any (content:\"old\"; sid:1; rev:2;)\n"
      "alert tcp any any -> any any (content:\"new\"; sid:1; rev:3;)\n"
      "alert tcp any any -> any any (content:\"older\"; sid:1; rev:1;)\n");
  ASSERT_EQ(result.rules.size(), 1u);
  EXPECT_EQ(result.rules[0].rev, 3u);
  EXPECT_EQ(result.report.warnings.size(), 2u);
}

struct Mistake {
  char const* options;
  char const* error;
};
class RuleMistakes : public ::testing::TestWithParam<Mistake> {};
TEST_P(RuleMistakes, AreReportedAtTheirPlace) {
  EXPECT_EQ(option_error(GetParam().options), GetParam().error);
}
INSTANTIATE_TEST_SUITE_P(
    Options, RuleMistakes,
    ::testing::Values(
        Mistake{"contnet:\"a\";", "1:31: unknown keyword 'contnet'; did you mean 'content'?"},
        Mistake{"content:\"|0|\";", "1:42: expected the second hex digit of a byte"},
        Mistake{"content:\"|0g|\";", "1:42: expected the second hex digit of a byte"},
        Mistake{"content:\"|00\";", "1:40: the hex bytes are not closed; expected '|'"},
        Mistake{"content:\"\";", "1:39: the content is empty; expected at least one byte"},
        Mistake{"content:abc;", "1:39: expected the content in double quotes"},
        Mistake{"nocase;", "1:31: nocase needs a content before it"},
        Mistake{"content:\"abc\"; depth:2;",
                "1:52: the depth is less than the 3 bytes of the content"},
        Mistake{"content:\"abc\"; nocase:yes;", "1:53: nocase takes no value"},
        Mistake{"content;", "1:31: content needs a value after ':'"},
        Mistake{"pcre:\"/a(/\";", "1:40: bad expression: missing closing parenthesis"},
        Mistake{"pcre:\"/a/k\";",
                "1:40: expected letters of ismxAEGRBO, or one of UIPQHDMCSYVWZ for a buffer"},
        Mistake{"byte_test:9,>,1,0;", "1:41: a binary number has at most 8 bytes"},
        Mistake{"byte_test:2,?,1,0;", "1:43: expected <, >, =, <=, >=, & or ^, perhaps after !"},
        Mistake{"flow:to_server,to_client;", "1:46: 'to_client' contradicts a word before it"},
        Mistake{"flowbits:set;", "1:40: expected a command and the name of a bit"},
        Mistake{"dsize:>70000;", "1:38: expected a number from 0 to 65535"},
        Mistake{"bsize:5<>0;", "1:37: no size is between these numbers"},
        Mistake{"bsize:5<>6;", "1:37: no size is between these numbers"},
        Mistake{"bsize:<0;", "1:37: no size is less than 0"},
        Mistake{"bsize:>4294967295;", "1:37: no size is that large"},
        Mistake{"dsize:5<>0;", "1:37: no value is in this range"},
        Mistake{"dsize:<0;", "1:37: no value is in this range"},
        Mistake{"dsize:>65535;", "1:37: no value is in this range"},
        Mistake{"ttl:5-3;", "1:35: no value is in this range"},
        Mistake{"itype:4<>5;", "1:37: no value is in this range"},
        Mistake{"seq:>4294967295;", "1:35: no value is in this range"},
        Mistake{"fragoffset:8192;", "1:42: expected a number from 0 to 8191"},
        Mistake{"content:\"abc\"; fast_pattern:2,2;",
                "1:59: the fast pattern ends after the content's 3 bytes"},
        Mistake{"threshold:type limit,track by_src,count 0,seconds 1;",
                "1:71: expected a number from 1 to 4294967295"}));

TEST(RuleParser, RefusesBadHeaders) {
  EXPECT_EQ(error("alrt tcp any any -> any any (sid:1;)"),
            "1:1: unknown action 'alrt'; expected alert, pass, drop, reject, rejectsrc, rejectdst "
            "or rejectboth");
  EXPECT_EQ(error("alert tcp any any any any (sid:1;)"), "1:27: expected the destination ports");
  EXPECT_EQ(error("alert tcp !any any -> any any (sid:1;)"),
            "1:11: no address is left in the group");
  EXPECT_EQ(error("alert tcp [10.0.0.1,!10.0.0.0/8] any -> any any (sid:1;)"),
            "1:11: no address is left in the group");
  EXPECT_EQ(error("alert tcp $NOWHERE any -> any any (sid:1;)"),
            "1:11: unknown variable '$NOWHERE'");
  EXPECT_EQ(error("alert tcp any 99999 -> any any (sid:1;)"),
            "1:15: expected a port from 0 to 65535, a range such as 1024:, 'any', $NAME or a list");
  EXPECT_EQ(error("alert tcp any any -> any any (msg:\"no sid\";)"), "1:1: the rule has no sid");
  EXPECT_EQ(error("alert tcp any any -> any any (sid:1"),
            "1:36: the option has no end; expected ';'");
  EXPECT_EQ(error("alert tcp any any -> any any (sid:0;)"),
            "1:35: expected a number from 1 to 4294967295");
  EXPECT_EQ(error(std::string(1 << 20, 'x')),
            "1:1: the rule has 1,048,576 bytes; expected at most 65,536");
}

TEST(RuleParser, RefusesVariablesThatNeedThemselves) {
  Variables variables;
  variables.addresses["A"] = {"[10.0.0.1,$B]", {3, 8}};
  variables.addresses["B"] = {"!$A", {4, 8}};
  variables.source = std::make_shared<Source>(Source{"s.yaml", ""});
  auto const report = read("alert tcp $A any -> any any (sid:1;)", variables).report;
  ASSERT_EQ(report.errors.size(), 1u);
  EXPECT_EQ(report.errors[0].message,
            "$A (s.yaml:3:18): $B (s.yaml:4:9): the variable $A needs itself");
}

/// A chain of variables that names the next one twice must not be read 2^n times.
TEST(RuleParser, ReadsEachVariableOnce) {
  Variables variables;
  for (unsigned i = 0; i < 31; ++i) {
    auto const next = "$V" + std::to_string(i + 1);
    auto const list = i == 30 ? std::string("10.0.0.1") : "[" + next + "," + next + "]";
    variables.addresses["V" + std::to_string(i)] = {list, {i + 1, 1}};
  }
  EXPECT_EQ(read("alert tcp $V0 any -> any any (sid:1;)", variables).report.loaded, 1u);
}

}  // namespace
}  // namespace warpline::ids
