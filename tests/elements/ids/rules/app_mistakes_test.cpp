// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/elements/ids/rules/test_rule.hpp"

/// Rules of applications that are refused. Suricata 7.0.10 refuses each of them, too, but for those
/// with a note.
namespace warpline::ids {
namespace {

struct Mistake {
  char const* protocol;  // of three letters, so that the options begin at column 31
  char const* options;
  char const* error;
};
class AppMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(AppMistakes, AreReportedAtTheirPlace) {
  auto const& mistake = GetParam();
  auto const text = testing::rule_text(mistake.protocol, mistake.options);
  EXPECT_EQ(testing::first_error(text), mistake.error) << text;
  EXPECT_TRUE(testing::read_all(text).rules.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Buffers, AppMistakes,
    ::testing::Values(
        Mistake{"tcp", "http.uri; content:\"a\"; tls.sni; content:\"b\";",
                "1:54: tls.sni is of tls, but the rule is of http"},
        Mistake{"tls", "http.uri; content:\"a\";",
                "1:31: http.uri is of http, but the rule is of tls"},
        Mistake{"tls", "pcre:\"/a/U\";", "1:31: pcre is of http, but the rule is of tls"},
        Mistake{"tcp", "http.uri; content:\"a\"; http.stat_code; content:\"2\";",
                "1:54: http.stat_code is of what the server sends, but the rule looks at the other "
                "direction"},
        Mistake{"tcp", "content:\"a\"; http_uri; content:\"2\"; http_stat_code;",
                "1:67: http_stat_code is of what the server sends, but the rule looks at the other "
                "direction"},
        Mistake{"tcp", "flow:to_client; http.uri; content:\"a\";",
                "1:47: http.uri is of what the client sends, but the rule looks at the other "
                "direction"},
        Mistake{"dns", "flow:to_client; dns.query; content:\"a\";",
                "1:47: dns.query is of what the client sends, but the rule looks at the other "
                "direction"},
        Mistake{"tcp", "http.uri; http.method; content:\"a\";",
                "1:31: no keyword looks at the buffer of http.uri; expected one after it"},
        Mistake{"tcp", "http.uri; content:\"a\"; http.method;",
                "1:54: no keyword looks at the buffer of http.method; expected one after it"},
        Mistake{"tcp", "content:\"a\"; file_data;",
                "1:44: no keyword looks at the buffer of file_data; expected one after it"},
        Mistake{"tcp", "http.uri:a; content:\"a\";", "1:40: http.uri takes no value"},
        Mistake{"tcp", "http_uri;", "1:31: http_uri needs a content before it"},
        Mistake{"tcp", "content:\"a\"; http_uri; http_header;",
                "1:54: http_header needs a content before it"},
        Mistake{"tcp", "http.uri; content:\"a\"; http_uri;",
                "1:54: http_uri changes a content of the payload, but http.uri is selected; "
                "expected pkt_data before"},
        Mistake{"tcp", "http.uri; pcre:\"/a/H\";",
                "1:50: the letter is of http.header, but http.uri is selected; expected pkt_data "
                "before"},
        Mistake{"tcp", "pcre:\"/a/UI\";", "1:41: one letter of a buffer stands before this one"},
        Mistake{"tcp", "pcre:\"/a/BU\";", "1:41: B excludes the letters of buffers"},
        Mistake{"tcp", "pcre:\"/a/UB\";", "1:41: B excludes the letters of buffers"},
        Mistake{"tcp", "content:\"a\"; pcre:\"/b/RU\";",
                "1:53: R needs a content or pcre of http.uri before it"},
        Mistake{"tcp", "pcre:\"/a\\x0DB/W\";",
                "1:45: http.host is in lower case; expected an expression without capitals"},
        Mistake{"udp", "file_data; content:\"a\";",
                "1:31: files are carried over TCP; expected a rule of tcp"},
        Mistake{"ssh", "file_data; content:\"a\";",
                "1:31: ssh carries no files; expected http, ftp-data, smtp or smb"},
        Mistake{
            "tcp", "dsize:>5; http.uri; content:\"a\";",
            "1:41: http.uri is of an application, but the rule looks at packets, e.g. by dsize, "
            "flags or ttl"}));

INSTANTIATE_TEST_SUITE_P(
    Contents, AppMistakes,
    ::testing::Values(
        Mistake{"tcp", "http.host; content:\"aB\";",
                "1:42: http.host is in lower case; expected a content without capitals and nocase"},
        Mistake{"tcp", "content:\"a\"; nocase; http_host;",
                "1:31: http.host is in lower case; expected a content without capitals and nocase"},
        Mistake{"tcp", "http.method; content:\"GET \";",
                "1:44: http.method has no blanks; expected a content without"},
        Mistake{"tls", "ja3.hash; content:\"e7\";",
                "1:41: expected the 32 characters of a JA3 hash"},
        Mistake{"tls", "tls.fingerprint:\"4f:a4\";",
                "1:31: expected the 59 characters of a SHA-1 fingerprint with colons"},
        Mistake{"tls", "tls.cert_serial; content:\"5C19\";",
                "1:48: expected ':' between the bytes of the serial number"},
        Mistake{
            "tcp", "urilen:3; http.uri; content:\"abcd\";",
            "1:51: the content ends at byte 4 of the buffer or later, but the size is at most 3"},
        Mistake{
            "tcp", "http.uri; bsize:<9; content:\"ab\"; offset:7;",
            "1:51: the content ends at byte 9 of the buffer or later, but the size is at most 8"},
        Mistake{"tcp", "http.uri; to_lowercase; content:\"aB\";",
                "1:55: the content has capitals; expected none after to_lowercase"},
        Mistake{"tcp", "http.uri; to_uppercase; content:\"aB\";",
                "1:55: the content has small letters; expected none after to_uppercase"},
        Mistake{"tcp", "http.uri; strip_whitespace; content:\"a b\";",
                "1:59: the content has white space; expected none after strip_whitespace"},
        Mistake{"tcp", "http.uri; compress_whitespace; content:\"a  b\";",
                "1:62: the content has white space in a row; expected none after "
                "compress_whitespace"}));

INSTANTIATE_TEST_SUITE_P(
    Values, AppMistakes,
    ::testing::Values(
        Mistake{"tcp", "urilen:70000;", "1:38: expected a number from 0 to 65535"},
        Mistake{"tcp", "urilen:<0;", "1:38: no size is less than 0"},
        Mistake{"tcp", "urilen:>65535;", "1:38: no size is that large"},
        Mistake{"tcp", "urilen:x;", "1:38: expected a number from 0 to 65535"},
        // Suricata takes these two, which match nothing, and the default.
        Mistake{"tcp", "urilen:5<>6;", "1:38: no size is between these numbers"},
        Mistake{"tcp", "urilen:5,foo;", "1:40: expected norm or raw"},
        Mistake{"tls", "tls.version:1.4;",
                "1:43: expected 1.0, 1.1, 1.2, 1.3, or a number such as 0x0303"},
        Mistake{"tls", "tls.version:\"1.2\";",
                "1:43: expected 1.0, 1.1, 1.2, 1.3, or a number such as 0x0303"},
        Mistake{"tls", "tls.version:0x10000;", "1:43: expected a number from 0 to 65535"},
        Mistake{"tls", "ssl_version:tls1.2,ssl3;",
                "1:50: expected sslv2, sslv3, tls1.0, tls1.1, tls1.2 or tls1.3"},
        Mistake{"tls", "ssl_version:!tls1.2,tls1.3;",
                "1:51: expected '!' before all versions or before none"},
        Mistake{"tls", "ssl_version:tls1.2,tls1.2;", "1:50: 'tls1.2' is given twice"},
        Mistake{"tls", "ssl_version:,;",
                "1:43: expected sslv2, sslv3, tls1.0, tls1.1, tls1.2 or tls1.3"},
        Mistake{"tls", "ssl_state:client_hello|foo;",
                "1:54: expected client_hello, server_hello, client_keyx, server_keyx or unknown, "
                "perhaps after '!'"},
        Mistake{"dns", "dns.opcode:256;", "1:42: expected a number from 0 to 255"},
        Mistake{"dns", "dns.opcode:query;", "1:42: expected a number from 0 to 255"},
        Mistake{"tls", "tls.subject:CN=x;", "1:43: expected a text in double quotes"},
        Mistake{"tls", "tls.issuerdn:\"\";", "1:44: expected a text that is not empty"},
        Mistake{"tcp", "app-layer-protocol:foo;",
                "1:50: unknown protocol 'foo'; expected failed, or one such as http, dns or tls"},
        Mistake{"tls", "app-layer-protocol:tls;",
                "1:50: the rule is of tls already; expected no app-layer-protocol"},
        Mistake{"tcp", "app-layer-protocol:http; app-layer-protocol:!tls;",
                "1:75: a rule has one app-layer-protocol, or several with '!'"},
        Mistake{"tcp", "app-layer-protocol:!tls; app-layer-protocol:!tls;",
                "1:76: 'tls' is given twice"},
        Mistake{"tcp", "to_md5; content:\"a\";",
                "1:31: to_md5 needs a buffer such as http.uri before it"},
        Mistake{"tcp", "http.uri; to_md5:1; content:\"a\";", "1:48: to_md5 takes no value"},
        Mistake{"tcp", "http.uri; to_md5; http.uri; content:\"a\";",
                "1:41: no keyword looks at the buffer of to_md5; expected one after it"},
        Mistake{"tcp", "http.uri; pcrexform:\"a\"; content:\"a\";",
                "1:51: the expression has 0 groups; expected one, which selects the bytes"},
        Mistake{"tcp", "http.uri; pcrexform:\"((\"; content:\"a\";",
                "1:54: bad expression: missing closing parenthesis"},
        Mistake{"tcp", "http.uri; pcrexform:(a); content:\"a\";",
                "1:51: expected an expression in double quotes"},
        Mistake{"tcp", "http.uri; pcrexform; content:\"a\";",
                "1:41: pcrexform needs a value after ':'"}));

}  // namespace
}  // namespace warpline::ids
