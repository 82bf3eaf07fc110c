// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/evasion/http_pieces.hpp"

namespace warpline::ids::testing {
namespace {

using namespace std::string_literals;

constexpr char kFile[] = "flow:to_client; file_data", kBody[] = "http.request_body";
constexpr char kGzipped[] = "Content-Encoding: gzip\r\n";

/// A gzip member with optional fields of its header (RFC 1952).
std::string member(char flags, std::string const& fields) {
  auto text = kGzip;
  text[3] = flags;
  return text.insert(10, fields);
}

std::string length_of(std::string const& body) {
  return "Content-Length: " + std::to_string(body.size()) + "\r\n";
}

}  // namespace

std::vector<EvasionCase> http_gzip_cases() {
  std::vector<EvasionCase> cases;
  auto const add = [&](std::string const& name, std::string const& lines, std::string const& body,
                       std::string const& seen) -> EvasionCase& {
    return cases.emplace_back(http_case(
        "HttpGzip" + name, talk(kGet, response(lines + length_of(body), body)), {{kFile, seen}}));
  };
  add("", kGzipped, kGzip, kPlain);
  add("WithTrailingData", kGzipped, kGzip + "attack", kPlain);
  add("WithTrailingNulls", kGzipped, kGzip + std::string(8, '\0'), kPlain);
  add("OfTwoMembers", kGzipped, kGzip + kGzip, kPlain);
  add("Cut", kGzipped, kGzip.substr(0, 30), "a body with an atta");
  add("WithoutChecksum", kGzipped, kGzip.substr(0, kGzip.size() - 8), kPlain);
  add("WithWrongChecksum", kGzipped, kGzip.substr(0, kGzip.size() - 8) + "12345678", kPlain);
  add("WithFileName", kGzipped, member(8, "name.txt\0"s), kPlain);
  add("WithExtraField", kGzipped, member(4, "\x05\0extra"s), kPlain);
  add("WithComment", kGzipped, member(16, "a comment\0"s), kPlain);
  add("WithHeaderChecksum", kGzipped, member(2, "\0\0"s), kPlain);
  add("ThatIsPlain", kGzipped, kPlain, kPlain);
  add("ThatIsZlib", kGzipped, kZlib, kPlain);
  add("ThatIsDeflated", kGzipped, kDeflated, kPlain);
  add("Named_x_gzip", "Content-Encoding: x-gzip\r\n", kGzip, kPlain);
  add("OfOddCase", "cONTENT-eNCODING: gZIP\r\n", kGzip, kPlain);
  add("WithSpacesAndTabs", "Content-Encoding: \t gzip \t\r\n", kGzip, kPlain);
  add("NotNamed", "", kGzip, kGzip);
  add("NamedIdentity", "Content-Encoding: identity\r\n", kGzip, kGzip);
  add("NamedDeflate", "Content-Encoding: deflate\r\n", kGzip, kPlain);
  add("NamedTwice", "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", kGzip, kPlain);
  add("NamedAfterIdentity", "Content-Encoding: identity, gzip\r\n", kGzip, kPlain);
  add("NamedAfterAnUnknownOne", "Content-Encoding: br, gzip\r\n", kGzip, kPlain);
  add("NamedInTransferEncoding", "Transfer-Encoding: gzip\r\n", kGzip, kGzip);
  add("Folded", "Content-Encoding:\r\n gzip\r\n", kGzip, kPlain);
  add("DeflateRaw", "Content-Encoding: deflate\r\n", kDeflated, kPlain);
  add("DeflateOfZlib", "Content-Encoding: deflate\r\n", kZlib, kPlain);
  add("DeflateWithTrailingData", "Content-Encoding: deflate\r\n", kDeflated + "attack", kPlain);
  add("DeflateOfZlibWithTrailingData", "Content-Encoding: deflate\r\n", kZlib + "attack", kPlain);
  cases.push_back(
      http_case("HttpGzipUntilTheEnd", talk(kGet, response(kGzipped, kGzip)), {{kFile, kPlain}}));
  // In chunks.
  std::string const in_chunks = "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n";
  auto const chunks = [&](std::string const& name, std::string const& body,
                          std::string const& seen) -> EvasionCase& {
    return cases.emplace_back(
        http_case("HttpGzip" + name, talk(kGet, response(in_chunks, body)), {{kFile, seen}}));
  };
  chunks("InChunksOfOneByte", chunked(kGzip, 1), kPlain);
  chunks("InChunksWithTrailingData", chunked(kGzip + "attack", 5), kPlain);
  chunks("OfTwoMembersInTwoChunks", chunked(kGzip + kGzip, kGzip.size()), kPlain);
  {
    // The first chunk of each response ends after another byte of the member.
    std::string requests, responses;
    Sids expected;
    for (std::size_t cut = 1; cut < kGzip.size(); ++cut) {
      requests += kGet;
      auto body = chunked(kGzip.substr(0, cut), cut);
      body.resize(body.size() - 5);
      responses += response(in_chunks, body + chunked(kGzip.substr(cut), kGzip.size()));
      expected.push_back(1);
    }
    auto& test =
        cases.emplace_back(http_case("HttpGzipCutAtEachByteByChunks",
                                     talk_in_pieces(requests, responses, 100), {{kFile, kPlain}}));
    test.expected = expected;
  }
  {
    auto const text = response(kGzipped + length_of(kGzip), kGzip);
    cases.push_back(
        http_case("HttpGzipInSegmentsOfOneByte", talk_in_pieces(kGet, text, 1), {{kFile, kPlain}}));
  }
  // Of requests.
  auto const request = [&](std::string const& name, std::string const& lines,
                           std::string const& body) -> EvasionCase& {
    return cases.emplace_back(http_case(
        "HttpRequestGzip" + name,
        talk("POST / HTTP/1.1\r\nHost: example.org\r\n" + lines + length_of(body) + "\r\n" + body),
        {{kBody, kPlain}}));
  };
  request("", kGzipped, kGzip);
  request("DeflateRaw", "Content-Encoding: deflate\r\n", kDeflated);
  request("WithTrailingData", kGzipped, kGzip + "attack");
  return cases;
}

}  // namespace warpline::ids::testing
