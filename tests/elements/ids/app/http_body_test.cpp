// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0

// The expectations are those of Suricata 7.0.10 with the configuration that it comes with.

#include "elements/ids/app/http_body.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/elements/ids/app/http_exchange.hpp"

namespace warpline::ids {
namespace {

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

std::string with_length(std::string_view start, std::size_t size) {
  return std::string(start) + "\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
}

std::string letters(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i * 7 / 3 % 26);
  return text;
}

/// "hello gzip world", compressed by gzip once and twice.
constexpr char kPacked[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\x48\xaf\xca\x2c\x50\x28"
    "\xcf\x2f\xca\x49\x01\x00\x6b\x7d\xe8\xb7\x10\x00\x00\x00";
constexpr char kPackedTwice[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x93\xef\xe6\x60\x00\x01\x26\xe6\xd3\x1e\x67\x4f"
    "\x9e\x0c\xf7\x58\x7f\x4a\x27\x40\xe3\xbc\xfe\x29\x4f\x46\x86\xec\xda\x17\xdb\x05\x80\x72"
    "\x00\xbd\x5d\x29\xb1\x24\x00\x00\x00";

std::string body_of(std::string_view response) {
  HttpExchange exchange;
  exchange.request(kGet);
  exchange.response(response);
  exchange.close();
  return exchange.received(Buffer::kFileData);
}

TEST(HttpBody, IsDecompressed) {
  std::string const packed(kPacked, sizeof kPacked - 1);
  EXPECT_EQ(
      body_of(with_length("HTTP/1.1 200 OK\r\nContent-Encoding: gzip", packed.size()) + packed),
      "hello gzip world");
  std::string const twice(kPackedTwice, sizeof kPackedTwice - 1);
  EXPECT_EQ(
      body_of(with_length("HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip", twice.size()) + twice),
      "hello gzip world");
}

TEST(HttpBody, IsShownAsItIsIfItIsNotCompressed) {
  EXPECT_EQ(body_of("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain"),
            "plain");
}

TEST(HttpBody, EndsWithTheConnectionWithoutALength) {
  EXPECT_EQ(body_of("HTTP/1.1 200 OK\r\n\r\nuntil the end"), "until the end");
  EXPECT_EQ(body_of("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), "short");
}

TEST(HttpBody, HasWhatIsAroundAGap) {
  HttpExchange exchange;
  exchange.request(kGet);
  exchange.response("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nfirst");
  exchange.session->skip(false, 10);
  exchange.response("last5");
  EXPECT_EQ(exchange.received(Buffer::kFileData), "firstlast5");
  EXPECT_TRUE(exchange.session->is_complete(0, false));
}

TEST(HttpBody, OfARequestIsAFileIfItIsPutOrPosted) {
  for (std::string const method : {"PUT", "POST", "PATCH", "GET"}) {
    HttpExchange exchange;
    exchange.request(method + " /f HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
    EXPECT_EQ(exchange.sent(Buffer::kHttpRequestBody), "body") << method;
    EXPECT_EQ(exchange.sent(Buffer::kFileData),
              method[0] == 'P' && method != "PATCH" ? "body" : "(none)")
        << method;
  }
}

TEST(HttpBody, IsAFileOnlyWithAName) {
  for (std::string const name : {"", "Content-Disposition: attachment; filename=x\r\n"}) {
    HttpExchange exchange;
    exchange.request("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n");
    exchange.response("HTTP/1.1 403 No\r\n" + name + "Content-Length: 2\r\n\r\nno");
    EXPECT_EQ(exchange.received(Buffer::kFileData), name.empty() ? "(none)" : "no");
  }
}

TEST(HttpBody, WaitsForTheLeastSize) {
  HttpExchange exchange;
  auto const body = letters(45'000);
  exchange.request(kGet);
  exchange.response(with_length("HTTP/1.1 200 OK", body.size()) + body.substr(0, 40'959));
  EXPECT_EQ(exchange.received(Buffer::kFileData), "(none)");
  exchange.response(body.substr(40'959, 1));
  EXPECT_EQ(exchange.received(Buffer::kFileData), body.substr(0, 40'960));
}

TEST(HttpBody, IsShownAgainWithAWindowOfItsOldBytes) {
  HttpExchange exchange;
  auto const body = letters(90'000);
  exchange.request(kGet);
  exchange.response(with_length("HTTP/1.1 200 OK", body.size()) + body.substr(0, 40'960));
  exchange.session->set_inspected(0, false);
  EXPECT_EQ(exchange.received(Buffer::kFileData), "(none)");
  exchange.response(body.substr(40'960, 4'095));  // in smaller pieces, the window would be the work
  EXPECT_EQ(exchange.received(Buffer::kFileData), "(none)");
  exchange.session->set_inspected(0, false);
  exchange.response(body.substr(45'055, 1));
  EXPECT_EQ(exchange.received(Buffer::kFileData), body.substr(45'056 - 16'384, 16'384));
  EXPECT_EQ(exchange.session->buffer(0, false, Buffer::kFileData, 0)->offset, 45'056u - 16'384);
  exchange.session->set_inspected(0, false);
  exchange.response(body.substr(45'056, 30'000));
  EXPECT_EQ(exchange.received(Buffer::kFileData), body.substr(45'056 - 4'096, 34'096));
}

TEST(HttpBody, OfARequestKeepsItsBeginningOneStepLongerThanAFile) {
  HttpExchange exchange;
  auto const body = letters(40'000);
  exchange.request(with_length("PUT /f HTTP/1.1\r\nHost: h", body.size()) + body.substr(0, 32'768));
  exchange.session->set_inspected(0, true);
  exchange.request(body.substr(32'768, 1'024));
  EXPECT_EQ(exchange.sent(Buffer::kHttpRequestBody), body.substr(0, 33'792));
  EXPECT_EQ(exchange.sent(Buffer::kFileData), body.substr(33'792 - 4'096, 4'096));
}

TEST(HttpBody, IsNotKeptBeyondItsLimit) {
  HttpExchange exchange;
  auto const body = letters(150'000);
  exchange.request(kGet);
  exchange.response(with_length("HTTP/1.1 200 OK", body.size()) + body);
  EXPECT_EQ(exchange.received(Buffer::kFileData), body.substr(0, 102'400));
  auto const memory = exchange.session->memory();
  exchange.session->set_inspected(0, false);
  EXPECT_EQ(exchange.received(Buffer::kFileData), "(none)");
  EXPECT_LE(exchange.session->memory(), memory);
}

TEST(HttpBody, IsShownAtOnceInline) {
  HttpOptions options;
  options.inspect_at_once = true;
  HttpExchange exchange(options);
  exchange.request(kGet);
  exchange.response("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
  EXPECT_EQ(exchange.received(Buffer::kFileData), "first");
  exchange.session->set_inspected(0, false);
  exchange.response("last5");
  EXPECT_EQ(exchange.received(Buffer::kFileData), "firstlast5");
}

}  // namespace
}  // namespace warpline::ids
