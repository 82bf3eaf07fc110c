// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/evasion/http_pieces.hpp"

namespace warpline::ids::testing {
namespace {

constexpr char kFile[] = "flow:to_client; file_data", kBody[] = "http.request_body";

}  // namespace

std::vector<EvasionCase> http_length_cases() {
  std::vector<EvasionCase> cases;
  // A response whose body has 6 bytes or as many as the length, and a second response.
  auto const add = [&](std::string const& name, std::string const& lines, std::string const& body,
                       std::string const& seen) -> EvasionCase& {
    return cases.emplace_back(
        http_case("HttpLength" + name,
                  talk(std::string(kGet) + kGet,
                       response(lines, body) + "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"),
                  {{kFile, seen}, {"http.stat_code", "201"}}));
  };
  add("", "Content-Length: 6\r\n", "attack", "attack");
  add("Twice", "Content-Length: 6\r\nContent-Length: 6\r\n", "attack", "attack");
  add("TwiceShorterLater", "Content-Length: 6\r\nContent-Length: 3\r\n", "attack", "attack");
  add("AsAList", "Content-Length: 6, 6\r\n", "attack", "attack");
  add("WithPlusSign", "Content-Length: +6\r\n", "attack", "attack");
  add("WithLeadingZeros", "Content-Length: 0000000006\r\n", "attack", "attack");
  add("WithSpaces", "Content-Length:    6   \r\n", "attack", "attack");
  add("WithTab", "Content-Length:\t6\r\n", "attack", "attack");
  add("BeforeAWord", "Content-Length: 6 bytes\r\n", "attack", "attack");
  add("AfterAWord", "Content-Length: about 6\r\n", "attack", "attack");
  add("Folded", "Content-Length:\r\n 6\r\n", "attack", "attack");
  add("OfOddCase", "cONTENT-lENGTH: 6\r\n", "attack", "attack");
  // Without the second response.
  auto const alone = [&](std::string const& name, std::string const& lines, std::string const& body,
                         std::string const& seen) -> EvasionCase& {
    return cases.emplace_back(
        http_case("HttpLength" + name, talk(kGet, response(lines, body)), {{kFile, seen}}));
  };
  alone("Missing", "", "attack", "attack");
  alone("Negative", "Content-Length: -6\r\n", "attack", "attack");
  alone("OfHexDigits", "Content-Length: 0x6\r\n", "attack", "attack");
  alone("TwiceLongerLater", "Content-Length: 3\r\nContent-Length: 6\r\n", "attack", "attack");
  alone("TooLong", "Content-Length: 9\r\n", "attack", "attack");
  alone("TooShort", "Content-Length: 3\r\n", "attack", "attack");
  // The parser gives up: bodies are not seen.
  for (std::string const value : {"", "six", "99999999999999999999999"}) {
    auto& test = cases.emplace_back(
        http_case("HttpLengthThatIsNone" + value,
                  talk(kGet, response("Content-Length: " + value + "\r\n", "attack")),
                  {{"http.stat_code", "200"}, {kFile, "attack"}}));
    test.expected = {1};
  }
  // Of requests, with a second one.
  auto const request = [&](std::string const& name, std::string const& lines,
                           std::string const& body, std::string const& seen) -> EvasionCase& {
    return cases.emplace_back(
        http_case("HttpRequestLength" + name,
                  talk("POST /first HTTP/1.1\r\nHost: example.org\r\n" + lines + "\r\n" + body +
                           "GET /second HTTP/1.1\r\nHost: example.org\r\n\r\n",
                       std::string(kOk) + kOk),
                  {{kBody, seen}, {"http.uri", "/second"}}));
  };
  request("", "Content-Length: 6\r\n", "attack", "attack");
  request("TwiceShorterLater", "Content-Length: 6\r\nContent-Length: 3\r\n", "attack", "attack");
  request("WithPlusSign", "Content-Length: +6\r\n", "attack", "attack");
  request("WithLeadingZeros", "Content-Length: 0000006\r\n", "attack", "attack");
  request("OfAGet", "Content-Length: 6\r\n", "attack", "attack");
  return cases;
}

}  // namespace warpline::ids::testing
