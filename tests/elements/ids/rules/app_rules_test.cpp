// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/app_rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/read_source.hpp"
#include "elements/ids/rules/rule_set.hpp"
#include "tests/elements/ids/captures.hpp"
#include "tests/elements/ids/rules/test_rule.hpp"

/// How transactions select the rules of applications.
namespace warpline::ids {
namespace {

RuleSet compiled(std::string const& options, char const* protocol = "http") {
  return RuleSet(testing::read_all(testing::rule_text(protocol, options)).rules);
}

/// `BUFFER: PATTERN` of the rule's fast pattern; empty if it has none.
std::string fast_pattern(std::string const& options) {
  auto const set = compiled(options);
  for (auto const& buffer : set.app_buffers())
    if (!buffer.patterns.patterns.empty())
      return std::string(name_of(buffer.buffer)) + ": " + buffer.patterns.patterns[0].bytes;
  EXPECT_EQ(set.app_always(AppProtocol::kHttp), std::vector{0u});
  return {};
}

TEST(AppRules, SelectByTheBestContent) {
  EXPECT_EQ(fast_pattern("http.uri; content:\"ab\"; content:\"abc\";"), "http.uri: abc");
  EXPECT_EQ(fast_pattern("http.uri; content:\"aaaa\"; http.header; content:\"abcd\";"),
            "http.header: abcd");
  EXPECT_EQ(fast_pattern("http.uri; content:\"a\"; fast_pattern; content:\"abc\";"), "http.uri: a");
  EXPECT_EQ(fast_pattern("http.method; content:\"POSTPOST\"; http.uri; content:\"a\";"),
            "http.uri: a");
  EXPECT_EQ(fast_pattern("http.stat_code; content:\"200\"; http.stat_msg; content:\"OK\";"),
            "http.stat_msg: OK");
  EXPECT_EQ(fast_pattern("http.method; content:\"POST\";"), "http.method: POST");
  EXPECT_EQ(fast_pattern("content:\"payload\"; http.uri; content:\"a\";"), "http.uri: a");
  EXPECT_EQ(fast_pattern("http.uri; content:!\"abc\"; content:\"a\";"), "http.uri: a");
  EXPECT_EQ(fast_pattern("http.uri; content:\"abcdef\"; fast_pattern:1,3;"), "http.uri: bcd");
}

TEST(AppRules, WithoutAPatternAreAlwaysSelected) {
  EXPECT_EQ(fast_pattern("http.uri; content:!\"abc\";"), "");
  EXPECT_EQ(fast_pattern("http.uri; pcre:\"/a/\"; pkt_data; content:\"abc\";"), "");
  EXPECT_EQ(fast_pattern("urilen:5;"), "");
  auto const files = compiled("file.data; pcre:\"/a/\";", "tcp");
  for (auto const protocol :
       {AppProtocol::kHttp, AppProtocol::kSmtp, AppProtocol::kFtpData, AppProtocol::kSmb})
    EXPECT_EQ(files.app_always(protocol).size(), 1u);
  EXPECT_TRUE(files.app_always(AppProtocol::kDns).empty());
  EXPECT_EQ(compiled("ssl_state:client_hello;", "tls").app_always(AppProtocol::kTls).size(), 1u);
}

TEST(AppRules, AreNotRulesOfPayloads) {
  auto const always = [](RuleSet const& set) {
    std::size_t count = 0;
    for (std::size_t id = 1; id <= set.groups().size(); ++id)
      count += set.groups()[static_cast<RuleGroups::Id>(id)].always.size();
    return count;
  };
  auto const set = compiled("http.uri; content:\"a\"; pkt_data; content:\"payload\";");
  EXPECT_TRUE(set.rules()[0].app);
  EXPECT_TRUE(set.groups().all_patterns().patterns.empty());
  EXPECT_EQ(always(set), 0u);
  auto const payload = compiled("content:\"payload\";");
  EXPECT_FALSE(payload.rules()[0].app);
  EXPECT_EQ(payload.groups().all_patterns().patterns.size(), 1u);
  EXPECT_GT(always(compiled("")), 0u);
}

TEST(AppRules, ShareBuffersWithEqualTransforms) {
  RuleSet const set(
      testing::read_all(
          "alert http any any -> any any (http.uri; content:\"one\"; sid:1;)\n"
          "alert http any any -> any any (http.uri; content:\"one\"; sid:2;)\n"
          "alert http any any -> any any (http.uri; to_md5; content:\"two\"; sid:3;)\n"
          "alert http any any -> any any (http.uri; to_md5; content:\"3\"; sid:4;)\n")
          .rules);
  ASSERT_EQ(set.app_buffers().size(), 2u);
  auto const& plain = set.app_buffers()[0];
  EXPECT_EQ(plain.transforms, nullptr);
  ASSERT_EQ(plain.rules.size(), 1u);
  EXPECT_EQ(plain.rules[0], (std::vector{0u, 1u}));
  auto const& digests = set.app_buffers()[1];
  ASSERT_NE(digests.transforms, nullptr);
  EXPECT_EQ(digests.rules, (std::vector<std::vector<std::uint32_t>>{{2}, {3}}));
  EXPECT_EQ(set.rules()[2].parts.at(0).app_buffer, 1u);
}

TEST(AppRules, KeepPartsOfInstancesApart) {
  auto const set = compiled("dns.query; content:\"a\"; dns.query; content:\"b\";", "dns");
  ASSERT_EQ(set.rules()[0].parts.size(), 2u);
  EXPECT_EQ(set.rules()[0].parts[0].app_buffer, set.rules()[0].parts[1].app_buffer);
  auto const mixed = compiled("http.uri; content:\"a\"; pkt_data; content:\"b\";");
  EXPECT_EQ(mixed.rules()[0].parts.at(1).app_buffer, CompiledRule::Part::kNone);
}

TEST(AppRules, KnowWhenTheProtocolIsAll) {
  EXPECT_TRUE(compiled("").rules()[0].protocol_only);
  EXPECT_FALSE(compiled("content:\"a\";").rules()[0].protocol_only);
  EXPECT_FALSE(compiled("").rules()[0].addresses_only);
  auto const at_detection = [](std::string const& options) {
    return compiled("app-layer-protocol:tls; " + options, "tcp").rules()[0].at_detection;
  };
  EXPECT_TRUE(at_detection(""));
  EXPECT_TRUE(at_detection("flow:to_server; flowbits:set,a;"));
  EXPECT_FALSE(at_detection("flow:established;"));
  EXPECT_FALSE(at_detection("dsize:>0;"));
  EXPECT_FALSE(at_detection("flowbits:isset,a;"));
}

/// As many as Suricata 7.0.10 loads, without those that need `asn1` or `ftpbounce`.
TEST(AppRules, OfTheEtSampleLoad) {
  auto const files = testing::files_in("rules/et-open-2020", ".rules");
  if (files.empty()) GTEST_SKIP() << "the sample of ET Open is not there";
  RuleParser parser(default_variables(), default_classifications(), kAllProtocols);
  for (auto const& file : files) parser.read(read_source(file, {}));
  EXPECT_EQ(parser.report().loaded, 6370u) << render(parser.report());
  EXPECT_EQ(parser.report().refused, 1u);
  EXPECT_EQ(parser.report().skipped_by,
            (std::map<std::string, std::size_t>{{"asn1", 4}, {"ftpbounce", 1}}));
  RuleSet const set(parser.take_rules());
  EXPECT_LT(set.app_always(AppProtocol::kHttp).size(), 20u);
}

}  // namespace
}  // namespace warpline::ids
