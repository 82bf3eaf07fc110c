// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/keywords.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>

namespace warpline::ids {
namespace {

void expect_readers(std::initializer_list<std::string_view> names) {
  for (auto const name : names) {
    auto const* const keyword = find_keyword(name);
    ASSERT_NE(keyword, nullptr) << name;
    EXPECT_NE(keyword->read, nullptr) << name;
  }
}

TEST(Keywords, HaveOneEntryEach) {
  auto const all = keywords();
  auto const same = std::ranges::adjacent_find(all, {}, &Keyword::name);
  EXPECT_EQ(same, all.end()) << same->name;
}

TEST(Keywords, HaveAReaderOrAKindThatExplainsWhyNot) {
  for (auto const& keyword : keywords()) {
    bool const never = keyword.kind == KeywordKind::kNotPlanned;
    EXPECT_EQ(keyword.read == nullptr, never) << keyword.name;
    EXPECT_FALSE(keyword.summary.empty()) << keyword.name;
  }
}

TEST(Keywords, OfPayloadsAreRead) {
  expect_readers({"content",    "nocase",     "depth",        "offset",    "distance",
                  "within",     "startswith", "endswith",     "isdataat",  "fast_pattern",
                  "bsize",      "dsize",      "rawbytes",     "pcre",      "byte_test",
                  "byte_jump",  "pkt_data",   "byte_extract", "byte_math", "ipv4.hdr",
                  "ipv6.hdr",   "tcp.hdr",    "udp.hdr",      "ip.src",    "ip.dst",
                  "icmpv4.hdr", "icmpv6.hdr"});
}

TEST(Keywords, OfPacketsAreRead) {
  expect_readers({"flags",        "tcp.flags",   "seq",        "tcp.seq",     "ack",
                  "tcp.ack",      "window",      "tcp.window", "tcp.mss",     "itype",
                  "icode",        "icmp_id",     "icmp_seq",   "ttl",         "tos",
                  "id",           "ipopts",      "fragbits",   "fragoffset",  "ip_proto",
                  "sameip",       "stream_size", "prefilter",  "ipv4-csum",   "tcpv4-csum",
                  "tcpv6-csum",   "udpv4-csum",  "udpv6-csum", "icmpv4-csum", "icmpv6-csum",
                  "stream-event", "decode-event"});
}

TEST(Keywords, OfStatesAreRead) {
  expect_readers(
      {"flow", "flowbits", "xbits", "noalert", "threshold", "detection_filter", "tag", "bypass"});
}

TEST(Keywords, OfApplicationsAreRead) {
  for (auto const& keyword : kAppBufferKeywords) expect_readers({keyword.name});
  expect_readers({"http_uri",          "http_raw_uri",      "http_method",
                  "http_header",       "http_raw_header",   "http_user_agent",
                  "http_host",         "http_raw_host",     "http_cookie",
                  "http_client_body",  "http_server_body",  "http_stat_code",
                  "http_stat_msg",     "http_header_names", "http_start",
                  "http_content_type", "uricontent",        "urilen",
                  "file_data",         "dns_query",         "dns.opcode",
                  "tls_sni",           "tls.version",       "ssl_version",
                  "ssl_state",         "tls.subject",       "tls.issuerdn",
                  "tls.fingerprint",   "ja3_hash",          "ja3_string",
                  "ssh_proto",         "app-layer-protocol"});
}

TEST(Keywords, OfTransformsAreRead) {
  expect_readers({"dotprefix", "strip_whitespace", "compress_whitespace", "to_lowercase",
                  "to_uppercase", "url_decode", "to_md5", "to_sha1", "to_sha256", "pcrexform"});
}

/// A rule with one of these is skipped and counted, not refused as unknown.
TEST(Keywords, OfOtherProtocolsAreKnown) {
  for (std::string_view const name : {"lua", "dataset", "geoip", "smb.share", "modbus",
                                      "http2.header", "flowint", "filestore", "app-layer-event"}) {
    auto const* const keyword = find_keyword(name);
    ASSERT_NE(keyword, nullptr) << name;
    EXPECT_EQ(keyword->read, nullptr) << name;
  }
}

}  // namespace
}  // namespace warpline::ids
