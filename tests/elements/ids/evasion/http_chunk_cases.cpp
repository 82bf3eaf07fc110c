// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "tests/elements/ids/evasion/http_pieces.hpp"

namespace warpline::ids::testing {
namespace {

using namespace std::string_literals;

constexpr char kFile[] = "flow:to_client; file_data", kBody[] = "http.request_body";
constexpr char kChunked[] = "Transfer-Encoding: chunked\r\n";

}  // namespace

std::vector<EvasionCase> http_chunk_cases() {
  std::vector<EvasionCase> cases;
  // The body of a response, as it is sent and as rules see it.
  auto const add = [&](std::string const& name, std::string const& sent, std::string const& seen,
                       std::string const& lines = kChunked) -> EvasionCase& {
    return cases.emplace_back(
        http_case("HttpChunks" + name, talk(kGet, response(lines, sent)), {{kFile, seen}}));
  };
  add("OfOneByte", chunked("attack", 1), "attack");
  add("WithExtension", "6;name=value\r\nattack\r\n0;x\r\n\r\n", "attack");
  add("WithQuotedExtension", "6;a=\"0\\\";\"\r\nattack\r\n0\r\n\r\n", "attack");
  add("WithManyExtensions", "6" + std::string(500, ';') + "\r\nattack\r\n0\r\n\r\n", "attack")
      .differs_with_old_libhtp({});
  add("WithLeadingZeros", "0000000000000006\r\nattack\r\n000\r\n\r\n", "attack");
  add("WithUpperCaseSize", "A\r\nattack1234\r\n0\r\n\r\n", "attack1234");
  add("WithSpacesAroundTheSize", "  6  \r\nattack\r\n0\r\n\r\n", "attack");
  add("WithTabAfterTheSize", "6\t\r\nattack\r\n0\r\n\r\n", "attack");
  add("WithLineEndBeforeTheSize", "\r\n6\r\nattack\r\n\r\n0\r\n\r\n", "attack");
  add("WithLineFeedsAlone", "3\natt\n3\nack\n0\n\n", "attack");
  add("WithReturnInTheSize", "6\r;\r\nattack\r\n0\r\n\r\n", "attack");
  add("WithPlusSign", "+6\r\nattack", "+6\r\nattack");
  add("WithNegativeSize", "-6\r\nattack", "-6\r\nattack");
  add("WithLettersAsSize", "zz\r\nattack\r\n0\r\n\r\n", "zz\r\nattack\r\n0\r\n\r\n");
  add("WithBadSizeLater", "3\r\natt\r\nzz\r\nack", "attzz\r\nack");
  add("WithHugeSize", "ffffffffffffffff1\r\nattack", "ffffffffffffffff1\r\nattack");
  add("WithLargeSize", "7fffffff\r\nattack", "attack");
  add("WithoutSize", "attack", "attack").differs_with_old_libhtp({});
  add("WithoutLastChunk", "6\r\nattack\r\n", "attack");
  add("LongerThanTheirSize", "3\r\nattack\r\n0\r\n\r\n", "att");
  add("CutInTheData", "9\r\nattack", "attack");
  add("WithTrailer", "6\r\nattack\r\n0\r\nX: y\r\n\r\n", "attack");
  add("WithDataAfterTheLast", "3\r\natt\r\n0\r\n\r\n3\r\nack", "att3\r\nack")
      .differs({}, "it closes the file before the rest of the segment");
  // A size of 0: what follows are headers.
  cases.push_back(http_case(
      "HttpChunksWithPrefixOfHexNumbers",
      talk(kGet, response(kChunked, "0x6\r\nattack\r\n0\r\n\r\n")),
      {{"flow:to_client; http.header", "Transfer-Encoding: chunked\r\n: attack, 0\r\n"}}));
  // How a response announces chunks.
  auto const coding = [&](std::string const& name, std::string const& lines) -> EvasionCase& {
    return add(name, "3\r\natt\r\n3\r\nack\r\n0\r\n\r\n", "attack", lines);
  };
  coding("AndLength", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n");
  coding("AndLengthAfterwards", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n");
  coding("OfOddCase", "tRANSFER-eNCODING: cHUNKED\r\n");
  coding("Twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n");
  coding("TwiceInALine", "Transfer-Encoding: chunked, chunked\r\n");
  coding("AfterIdentity", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n");
  coding("BeforeIdentity", "Transfer-Encoding: chunked, identity\r\n");
  coding("WithSpaces", "Transfer-Encoding :   chunked  \r\n");
  coding("WithTab", "Transfer-Encoding:\tchunked\r\n");
  coding("WithVerticalTab", "Transfer-Encoding: \vchunked\r\n");
  coding("WithNull", "Transfer-Encoding: chunked\0\r\n"s);
  coding("WithoutSpace", "Transfer-Encoding:chunked\r\n");
  coding("Folded", "Transfer-Encoding:\r\n chunked\r\n");
  coding("InQuotes", "Transfer-Encoding: \"chunked\"\r\n");
  coding("Misspelt", "Transfer-Encoding: xchunked\r\n");
  cases.push_back(http_case(
      "HttpChunksInHttp10",
      talk(kGet, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nattack\r\n0\r\n\r\n"),
      {{kFile, "attack"}}));
  // Of requests. The status belongs to the right one only if the end of the body is found.
  auto const request = [&](std::string const& name, std::string const& sent,
                           std::string const& seen,
                           std::string const& lines = kChunked) -> EvasionCase& {
    return cases.emplace_back(
        http_case("HttpRequestChunks" + name,
                  talk("POST /first HTTP/1.1\r\nHost: example.org\r\n" + lines + "\r\n" + sent +
                           "GET /second HTTP/1.1\r\nHost: example.org\r\n\r\n",
                       std::string(kOk) + kOk),
                  {{kBody, seen}, {"http.uri", "/second"}}));
  };
  request("OfOneByte", chunked("attack", 1), "attack");
  request("WithExtension", "6;name=value\r\nattack\r\n0\r\n\r\n", "attack");
  request("WithTrailer", "6\r\nattack\r\n0\r\nX: y\r\n\r\n", "attack");
  request("AndLength", "6\r\nattack\r\n0\r\n\r\n", "attack",
          "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n");
  request("AfterIdentity", "6\r\nattack\r\n0\r\n\r\n", "attack",
          "Transfer-Encoding: identity, chunked\r\n")
      .differs_with_old_libhtp({});
  // Where the end of a body is not known, no later request is.
  for (auto const& [name, lines, body] :
       {std::array{"BadSize", kChunked, "zz\r\nattack"},
        std::array{"Misspelt", "Transfer-Encoding: xchunked\r\n", "6\r\nattack"}})
    cases.push_back(http_case("HttpRequestChunks"s + name,
                              talk("POST /first HTTP/1.1\r\nHost: h\r\n"s + lines + "\r\n" + body),
                              {{"http.uri", "/first"}}));
  return cases;
}

}  // namespace warpline::ids::testing
