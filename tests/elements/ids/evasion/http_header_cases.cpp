// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/evasion/http_pieces.hpp"

namespace warpline::ids::testing {
namespace {

using namespace std::string_literals;

constexpr char kHeader[] = "flow:to_server; http.header",
               kRaw[] = "flow:to_server; http.header.raw",
               kNames[] = "flow:to_server; http.header_names", kHost[] = "http.host",
               kRawHost[] = "http.host.raw", kAgent[] = "http.user_agent",
               kCookie[] = "flow:to_server; http.cookie", kUri[] = "http.uri";
constexpr char kUpperCase[] = "it leaves a host before a port in upper case";

}  // namespace

std::vector<EvasionCase> http_header_cases() {
  std::vector<EvasionCase> cases;
  // A request with these lines after the first one.
  auto const add = [&](std::string const& name, std::string const& lines,
                       std::vector<Seen> const& seen) -> EvasionCase& {
    return cases.emplace_back(
        http_case("HttpHeader" + name, talk("GET /path HTTP/1.1\r\n" + lines + "\r\n"), seen));
  };
  // The header X as rules see it, and as it is sent.
  auto const one = [&](std::string const& name, std::string const& line,
                       std::string const& seen) -> EvasionCase& {
    return add(name, "Host: h\r\n" + line + "Y: z\r\n",
               {{kHeader, "Host: h\r\n" + seen + "Y: z\r\n"},
                {kRaw, "Host: h\r\n" + line + "Y: z\r\n\r\n"}});
  };
  one("WithoutSpace", "X:attack\r\n", "X: attack\r\n");
  one("WithSpaces", "X:    attack   \r\n", "X: attack\r\n");
  one("WithTab", "X:\tattack\t\r\n", "X: attack\r\n");
  one("WithSpaceBeforeTheColon", "X : attack\r\n", "X: attack\r\n");
  one("WithTabBeforeTheColon", "X\t: attack\r\n", "X: attack\r\n");
  one("WithoutColon", "attack\r\n", ": attack\r\n");
  one("WithoutName", ": attack\r\n", ": attack\r\n");
  one("WithoutValue", "X:\r\n", "X: \r\n");
  one("WithTwoColons", "X:: attack\r\n", "X: : attack\r\n");
  one("Folded", "X: att\r\n ack\r\n", "X: att ack\r\n");
  one("FoldedByTab", "X: att\r\n\tack\r\n", "X: att\tack\r\n");
  one("FoldedTwice", "X: a\r\n b\r\n c\r\n", "X: a b c\r\n");
  one("FoldedAtOnce", "X:\r\n attack\r\n", "X: attack\r\n");
  one("OfOddCase", "x-ODD: Attack\r\n", "x-ODD: Attack\r\n");
  one("WithLineFeedAlone", "X: attack\n", "X: attack\r\n");
  one("WithReturnAlone", "X: att\rack\r\n", "X: att\rack\r\n");
  one("WithTwoReturns", "X: attack\r\r\n", "X: attack\r\n");
  one("WithNullInTheValue", "X: att\0ack\r\n"s, "X: att\0ack\r\n"s);
  one("WithNullAtTheEnd", "X: attack\0\r\n"s, "X: attack\0\r\n"s);
  one("WithNullInTheName", "X\0X: attack\r\n"s, ": X\0X: attack\r\n"s);
  one("WithSpaceInTheName", "X X: attack\r\n", "X X: attack\r\n");
  one("WithHighBytes", "X: \xff\xfe\r\n", "X: \xff\xfe\r\n");
  one("PercentEncoded", "X: %61ttack\r\n", "X: %61ttack\r\n");
  add("Repeated", "Host: h\r\nX: a\r\nY: b\r\nX: c\r\n",
      {{kHeader, "Host: h\r\nX: a, c\r\nY: b\r\n"}, {kNames, "\r\nHost\r\nX\r\nY\r\n\r\n"}});
  add("RepeatedInOtherCase", "Host: h\r\nX: a\r\nx: c\r\n", {{kHeader, "Host: h\r\nX: a, c\r\n"}});
  add("RepeatedWithoutValue", "Host: h\r\nX:\r\nX: c\r\n", {{kHeader, "Host: h\r\nX: , c\r\n"}});
  add("FoldedFirst", " X: attack\r\nHost: h\r\n",
      {{kHost, "h"}, {kNames, "\r\nX\r\nHost\r\n\r\n"}});
  add("LineFeedsAlone", "Host: h\nX: attack\n", {{kHeader, "Host: h\r\nX: attack\r\n"}});
  add("None", "", {{kUri, "/path"}});
  {
    std::string lines;
    for (int i = 0; i < 200; ++i) lines += "X: a\r\n";
    std::string joined = "X: a";
    for (int i = 1; i < 66; ++i) joined += ", a";
    add("RepeatedManyTimes", lines, {{kHeader, joined + "\r\n"}});
  }
  // Hosts.
  auto const host = [&](std::string const& name, std::string const& lines, std::string const& seen,
                        std::string const& raw) -> EvasionCase& {
    return add("Host" + name, lines, {{kHost, seen}, {kRawHost, raw}});
  };
  host("WithPort", "Host: example.org:8080\r\n", "example.org", "example.org:8080");
  host("WithPortAndSpaces", "Host:  example.org : 80 \r\n", "example.org", "example.org : 80");
  host("UpperCase", "Host: EXAMPLE.org\r\n", "example.org", "EXAMPLE.org");
  host("UpperCaseWithPort", "Host: EXAMPLE.org:80\r\n", "example.org", "EXAMPLE.org:80")
      .differs({2}, kUpperCase);
  host("WithDotAtTheEnd", "Host: example.org.\r\n", "example.org.", "example.org.");
  host("WithUser", "Host: user@example.org\r\n", "user@example.org", "user@example.org");
  host("OfIpv6", "Host: [2001:DB8::1]:80\r\n", "[2001:db8::1]", "[2001:DB8::1]:80")
      .differs({2}, kUpperCase);
  host("Twice", "Host: first.example\r\nHost: second.example\r\n", "first.example, second.example",
       "first.example, second.example");
  host("TwiceTheSame", "Host: a.example\r\nHost: a.example\r\n", "a.example, a.example",
       "a.example, a.example");
  host("WithoutSpace", "Host:example.org\r\n", "example.org", "example.org");
  host("Folded", "Host:\r\n example.org\r\n", "example.org", "example.org");
  host("WithBadLetters", "Host: exa_mple!.org\r\n", "exa_mple!.org", "exa_mple!.org");
  host("WithBadPort", "Host: example.org:port\r\n", "example.org", "example.org:port");
  // User agents and cookies.
  auto const agent = [&](std::string const& name, std::string const& lines,
                         std::string const& seen) -> EvasionCase& {
    return add("UserAgent" + name, "Host: h\r\n" + lines, {{kAgent, seen}});
  };
  agent("Repeated", "User-Agent: good\r\nUser-Agent: attack\r\n", "good, attack");
  agent("OfOddCase", "uSER-aGENT: attack\r\n", "attack");
  agent("Folded", "User-Agent: att\r\n ack\r\n", "att ack");
  agent("WithTabs", "User-Agent:\t attack \t\r\n", "attack");
  agent("WithSpaceBeforeTheColon", "User-Agent : attack\r\n", "attack");
  add("Cookie", "Host: h\r\nCookie: a=b; c=attack\r\nX: y\r\n",
      {{kCookie, "a=b; c=attack"}, {kHeader, "Host: h\r\nX: y\r\n"}});
  add("CookieRepeated", "Host: h\r\nCookie: a=b\r\nCookie: c=attack\r\n",
      {{kCookie, "a=b, c=attack"}, {kHeader, "Host: h\r\n"}});
  add("CookieOfOddCase", "Host: h\r\ncOOKIE: attack\r\n",
      {{kCookie, "attack"}, {kHeader, "Host: h\r\n"}});
  add("CookieWithoutSpace", "Host: h\r\nCookie:attack\r\n", {{kCookie, "attack"}});
  // Of responses.
  auto const answer = [&](std::string const& name, std::string const& lines,
                          std::vector<Seen> const& seen) -> EvasionCase& {
    return cases.emplace_back(
        http_case("HttpResponseHeader" + name, talk(kGet, response(lines, "")), seen));
  };
  constexpr char kOfServer[] = "flow:to_client; http.header",
                 kSetCookie[] = "flow:to_client; http.cookie";
  answer("Folded", "Content-Length: 0\r\nX: att\r\n ack\r\n",
         {{kOfServer, "Content-Length: 0\r\nX: att ack\r\n"}});
  answer("FoldedWithColon", "Content-Length: 0\r\nX: a\r\n b: c\r\n",
         {{kOfServer, "Content-Length: 0\r\nX: a\r\nb: c\r\n"}});
  answer("WithoutSpace", "Content-Length:0\r\nX:attack\r\n",
         {{kOfServer, "Content-Length: 0\r\nX: attack\r\n"}});
  answer("WithSpaceBeforeTheColon", "Content-Length: 0\r\nX : attack\r\n",
         {{kOfServer, "Content-Length: 0\r\nX: attack\r\n"}});
  answer("WithSpaceBeforeTheName", "Content-Length: 0\r\n\tX: attack\r\n",
         {{kOfServer, "Content-Length: 0\r\nX: attack\r\n"}});
  answer("WithoutColon", "Content-Length: 0\r\nattack\r\n",
         {{kOfServer, "Content-Length: 0\r\n: attack\r\n"}});
  answer("Repeated", "Content-Length: 0\r\nX: a\r\nX: b\r\n",
         {{kOfServer, "Content-Length: 0\r\nX: a, b\r\n"}});
  answer("LineFeedsAlone", "Content-Length: 0\nX: attack\n",
         {{kOfServer, "Content-Length: 0\r\nX: attack\r\n"}});
  answer("SetCookieRepeated", "Content-Length: 0\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n",
         {{kSetCookie, "a, b"}, {kOfServer, "Content-Length: 0\r\n"}});
  answer("WithNull", "Content-Length: 0\r\nX: att\0ack\r\n"s,
         {{kOfServer, "Content-Length: 0\r\nX: att\0ack\r\n"s}});
  return cases;
}

}  // namespace warpline::ids::testing
