// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/elements/ids/rules/test_rule.hpp"

/// What the keywords of applications make of a rule.
namespace warpline::ids {
namespace {

using testing::loaded_rule;
using testing::read_all;

std::vector<Buffer> buffers(std::string const& options) {
  std::vector<Buffer> result;
  for (auto const& match : loaded_rule("tcp", options).buffers) result.push_back(match.buffer);
  return result;
}

TEST(AppKeywords, OfAHeaderNameTheProtocolAndItsTransport) {
  EXPECT_EQ(loaded_rule("http", "").app_protocol, AppProtocol::kHttp);
  EXPECT_EQ(loaded_rule("http1", "").protocol, RuleProtocol::kTcp);
  EXPECT_EQ(loaded_rule("ssl", "").app_protocol, AppProtocol::kTls);
  EXPECT_EQ(loaded_rule("ftp-data", "").app_protocol, AppProtocol::kFtpData);
  EXPECT_EQ(loaded_rule("dns", "").protocol, RuleProtocol::kIp) << "over TCP and UDP";
  EXPECT_EQ(loaded_rule("tcp", "content:\"a\";").app_protocol, std::nullopt);
}

TEST(AppKeywords, ImplyTheProtocol) {
  EXPECT_EQ(loaded_rule("tcp", "http.uri; content:\"a\";").app_protocol, AppProtocol::kHttp);
  EXPECT_EQ(loaded_rule("ip", "dns.query; content:\"a\";").app_protocol, AppProtocol::kDns);
  EXPECT_EQ(loaded_rule("tcp", "pcre:\"/a/U\";").app_protocol, AppProtocol::kHttp);
  EXPECT_EQ(loaded_rule("tcp", "tls.version:1.2;").app_protocol, AppProtocol::kTls);
  EXPECT_EQ(loaded_rule("tcp", "file.data; content:\"a\";").app_protocol, std::nullopt);
  EXPECT_EQ(loaded_rule("tcp", "content:\"a\"; http_server_body;").app_protocol,
            AppProtocol::kHttp);
}

TEST(AppKeywords, SelectBuffersForThoseAfterThem) {
  using enum Buffer;
  EXPECT_EQ(buffers("http.uri; content:\"a\"; content:\"b\"; http.method; content:\"c\"; pkt_data; "
                    "content:\"d\";"),
            (std::vector{kHttpUri, kHttpUri, kHttpMethod, kPayload}));
  for (auto const& keyword : kAppBufferKeywords) {
    auto const rule = loaded_rule("ip", std::string(keyword.name) + "; pcre:\"/a/\";");
    ASSERT_EQ(rule.buffers.size(), 1u) << keyword.name;
    EXPECT_EQ(rule.buffers[0].buffer, searched_as(keyword.buffer)) << keyword.name;
    EXPECT_EQ(rule.from_client, keyword.from_client) << keyword.name;
    EXPECT_EQ(rule.from_server, keyword.from_server) << keyword.name;
  }
  EXPECT_EQ(buffers("file_data; content:\"a\"; http_accept_enc; content:\"b\";"),
            (std::vector{kFileData, kHttpAcceptEncoding}));
}

/// As in Suricata, a modifier takes the last content that is still of the payload.
TEST(AppKeywords, MoveTheContentBeforeThem) {
  using enum Buffer;
  auto const rule = loaded_rule("tcp",
                                "content:\"one\"; content:\"two\"; http_uri; nocase; http_header; "
                                "content:\"three\"; distance:0; http_uri;");
  ASSERT_EQ(rule.buffers.size(), 3u);
  auto const content = [&](std::size_t i) { return std::get<ContentMatch>(rule.buffers[i].match); };
  EXPECT_EQ(rule.buffers[0].buffer, kHttpUri);
  EXPECT_EQ(content(0).bytes, "two");
  EXPECT_TRUE(content(0).nocase) << "a modifier does not change which content the next ones change";
  EXPECT_EQ(rule.buffers[1].buffer, kHttpHeader);
  EXPECT_EQ(content(1).bytes, "one");
  EXPECT_EQ(rule.buffers[2].buffer, kHttpUri);
  EXPECT_TRUE(content(2).is_relative());
  EXPECT_EQ(buffers("uricontent:!\"a\";"), std::vector{kHttpUri});
}

TEST(AppKeywords, OfLettersOfPcreSelectBuffers) {
  using enum Buffer;
  constexpr std::pair<char, Buffer> kLetters[] = {
      {'U', kHttpUri},           {'I', kHttpRawUri},    {'P', kHttpRequestBody},
      {'Q', kFileData},          {'H', kHttpHeader},    {'D', kHttpRawHeader},
      {'M', kHttpMethod},        {'C', kHttpCookie},    {'S', kHttpStatusCode},
      {'Y', kHttpStatusMessage}, {'V', kHttpUserAgent}, {'W', kHttpHost},
      {'Z', kHttpRawHost}};
  for (auto const& [letter, buffer] : kLetters)
    EXPECT_EQ(buffers(std::string("pcre:\"/a/i") + letter + "\";"), std::vector{buffer}) << letter;
  EXPECT_EQ(buffers("http.uri; content:\"a\"; pcre:\"/b/RU\";"), (std::vector{kHttpUri, kHttpUri}));
}

TEST(AppKeywords, OfSeveralInstancesAreGroups) {
  auto const rule =
      loaded_rule("dns", "dns.query; content:\"a\"; content:\"b\"; dns_query; content:\"c\";");
  ASSERT_EQ(rule.buffers.size(), 3u);
  EXPECT_TRUE(is_same_buffer(rule.buffers[0], rule.buffers[1]));
  EXPECT_FALSE(is_same_buffer(rule.buffers[1], rule.buffers[2]));
  auto const files = loaded_rule("tcp", "file.data; content:\"a\"; file_data; content:\"b\";");
  EXPECT_FALSE(is_same_buffer(files.buffers[0], files.buffers[1]));
  auto const one = loaded_rule("http", "http.uri; content:\"a\"; http.uri; content:\"b\";");
  EXPECT_TRUE(is_same_buffer(one.buffers[0], one.buffers[1]));
}

TEST(AppKeywords, ReadSizes) {
  auto const size = [](std::string const& options) {
    auto const rule = loaded_rule("http", options);
    return std::pair(rule.buffers[0].buffer, std::get<BufferSize>(rule.buffers[0].match));
  };
  auto const [uri, range] = size("urilen:5<>10;");
  EXPECT_EQ(uri, Buffer::kHttpUri);
  EXPECT_EQ(range.min, 6u);
  EXPECT_EQ(range.max, 9u);
  EXPECT_EQ(size("urilen:>7 , raw;").first, Buffer::kHttpRawUri);
  EXPECT_EQ(size("urilen:>7,norm;").second.min, 8u);
  EXPECT_FALSE(size("http.uri; bsize:!5;").second.matches(5));
  EXPECT_TRUE(size("http.uri; bsize:!5;").second.matches(6));
  EXPECT_EQ(size("http.uri; bsize:3-6;").second.max, 5u);
}

TEST(AppKeywords, CompareVersionsOfTls) {
  auto const matches = [](std::string const& options, std::uint32_t version) {
    return loaded_rule("tls", options).fields.at(0).matches(version);
  };
  EXPECT_TRUE(matches("tls.version:1.2;", 0x0303));
  EXPECT_FALSE(matches("tls.version:1.2;", 0x0304));
  EXPECT_TRUE(matches("tls.version:1.3;", 0x7f1c)) << "a draft";
  EXPECT_TRUE(matches("tls.version:0x0300;", 0x0300));
  EXPECT_TRUE(matches("ssl_version:sslv3, TLS1.0;", 0x0301));
  EXPECT_FALSE(matches("ssl_version:!sslv3,!tls1.0;", 0x0301));
  EXPECT_TRUE(matches("ssl_version:!sslv3,!tls1.0;", 0x0303));
}

TEST(AppKeywords, CompareStatesAndOperations) {
  auto const matches = [](char const* protocol, std::string const& options, std::uint32_t value) {
    return loaded_rule(protocol, options).fields.at(0).matches(value);
  };
  EXPECT_TRUE(matches("tls", "ssl_state:client_hello|server_hello;", 2));
  EXPECT_FALSE(matches("tls", "ssl_state:client_hello;", 2));
  EXPECT_TRUE(matches("tls", "ssl_state:!client_hello;", 2));
  EXPECT_FALSE(matches("tls", "ssl_state:!client_hello;", 3));
  EXPECT_TRUE(matches("tls", "ssl_state:client_hello | !server_hello;", 4));
  EXPECT_TRUE(matches("dns", "dns.opcode:4;", 4));
  EXPECT_FALSE(matches("dns", "dns.opcode:! 4;", 4));
  EXPECT_TRUE(matches("dns", "dns.opcode:2<>5;", 3));
}

TEST(AppKeywords, OfOldTlsAreContents) {
  auto const rule = loaded_rule(
      "tls",
      "tls.subject:!\"CN=a\"; tls.issuerdn:\"CN=b\"; "
      "tls.fingerprint:\"4F:A4:5E:58:7E:D9:DB:20:09:D7:B6:C7:FF:58:C4:7B:DC:3F:55:B4\";");
  ASSERT_EQ(rule.buffers.size(), 3u);
  EXPECT_EQ(rule.buffers[0].buffer, Buffer::kTlsCertSubject);
  EXPECT_TRUE(std::get<ContentMatch>(rule.buffers[0].match).negated);
  EXPECT_EQ(rule.buffers[1].buffer, Buffer::kTlsCertIssuer);
  EXPECT_EQ(std::get<ContentMatch>(rule.buffers[2].match).bytes,
            "4f:a4:5e:58:7e:d9:db:20:09:d7:b6:c7:ff:58:c4:7b:dc:3f:55:b4");
}

TEST(AppKeywords, NameTheProtocolThatWasFound) {
  auto const rule = loaded_rule("tcp", "app-layer-protocol:!http; app-layer-protocol:! tls;");
  ASSERT_EQ(rule.app_protocols.size(), 2u);
  EXPECT_FALSE(rule.app_protocols[0].matches(AppProtocol::kHttp));
  EXPECT_TRUE(rule.app_protocols[0].matches(AppProtocol::kFailed));
  EXPECT_FALSE(rule.app_protocols[0].matches(AppProtocol::kUnknown)) << "not known yet";
  EXPECT_EQ(read_all("alert tcp any any -> any any (app-layer-protocol:nfs; sid:1;)")
                .report.skipped_by.count("app-layer-protocol nfs"),
            1u);
}

TEST(AppKeywords, AreSkippedUntilTheirProtocolIsReady) {
  auto const skipped_by = [](std::string const& text, AppProtocolSet ready) {
    auto const report = read_all(text, ready).report;
    return report.skipped_by.empty() ? std::string() : report.skipped_by.begin()->first;
  };
  std::string const plain = "alert http any any -> any any (sid:1;)";
  std::string const implied = "alert tcp any any -> any any (http.uri; content:\"a\"; sid:1;)";
  std::string const file = "alert tcp any any -> any any (file_data; content:\"a\"; sid:1;)";
  std::string const found = "alert tcp any any -> any any (app-layer-protocol:ssh; sid:1;)";
  EXPECT_EQ(skipped_by(plain, {}), "protocol http");
  EXPECT_EQ(skipped_by(plain, {AppProtocol::kHttp}), "");
  EXPECT_EQ(skipped_by(implied, {AppProtocol::kTls}), "http.uri");
  EXPECT_EQ(skipped_by(file, {}), "file_data");
  EXPECT_EQ(skipped_by(file, {AppProtocol::kHttp}), "");
  EXPECT_EQ(skipped_by(found, {AppProtocol::kHttp}), "app-layer-protocol ssh");
}

TEST(AppKeywords, OfTransformsApplyToTheBufferBeforeThem) {
  auto const rule = loaded_rule("http",
                                "http.host; dotprefix; to_md5; bsize:16; http.host; content:\"a\"; "
                                "http.uri; pcrexform:\"a(b)\"; content:\"b\"; to_sha1; bsize:20;");
  ASSERT_EQ(rule.buffers.size(), 4u);
  using Kind = Transform::Kind;
  EXPECT_EQ(*rule.buffers[0].transforms, (Transforms{{Kind::kDotPrefix}, {Kind::kMd5}}));
  EXPECT_EQ(rule.buffers[1].transforms, nullptr);
  EXPECT_EQ(*rule.buffers[2].transforms, (Transforms{{Kind::kExpression, "a(b)"}}));
  EXPECT_EQ(*rule.buffers[3].transforms, (Transforms{{Kind::kSha1}}));
}

}  // namespace
}  // namespace warpline::ids
