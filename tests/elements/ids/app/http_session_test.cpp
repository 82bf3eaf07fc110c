// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/http_session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/elements/ids/app/http_exchange.hpp"

namespace warpline::ids {
namespace {

constexpr char kRequest[] =
    "POST /a/../b%20c?q=%41+B#f HTTP/1.1\r\nHost: WWW.Example.com:8080\r\nUser-Agent:agent 1\r\n"
    "X: 1\r\nCookie: a=b\r\nContent-Length: 4\r\nX: 2\r\n\r\nbody";
constexpr char kResponse[] =
    "HTTP/1.1 200 OK\r\nServer: s\r\nContent-Type: text/html; charset=x\r\nSet-Cookie: c=d\r\n"
    "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";

TEST(HttpSession, ShowsTheBuffersOfARequest) {
  HttpExchange exchange;
  EXPECT_EQ(exchange.request(kRequest), AppSession::Status::kContinue);
  ASSERT_EQ(exchange.session->end(), 1u);
  EXPECT_EQ(exchange.sent(Buffer::kHttpUri), "/b c?q=A+B#f");
  EXPECT_EQ(exchange.sent(Buffer::kHttpRawUri), "/a/../b%20c?q=%41+B#f");
  EXPECT_EQ(exchange.sent(Buffer::kHttpMethod), "POST");
  EXPECT_EQ(exchange.sent(Buffer::kHttpProtocol), "HTTP/1.1");
  EXPECT_EQ(exchange.sent(Buffer::kHttpHost), "WWW.Example.com");
  EXPECT_EQ(exchange.sent(Buffer::kHttpRawHost), "WWW.Example.com:8080");
  EXPECT_EQ(exchange.sent(Buffer::kHttpUserAgent), "agent 1");
  EXPECT_EQ(exchange.sent(Buffer::kHttpCookie), "a=b");
  EXPECT_EQ(
      exchange.sent(Buffer::kHttpHeader),
      "Host: WWW.Example.com:8080\r\nUser-Agent: agent 1\r\nX: 1, 2\r\nContent-Length: 4\r\n");
  EXPECT_EQ(exchange.sent(Buffer::kHttpRequestBody), "body");
  EXPECT_TRUE(exchange.session->is_complete(0, true));
  EXPECT_FALSE(exchange.session->is_complete(0, false));
}

TEST(HttpSession, ShowsTheBuffersOfAResponse) {
  HttpExchange exchange;
  exchange.request(kRequest);
  EXPECT_EQ(exchange.response(kResponse), AppSession::Status::kContinue);
  EXPECT_EQ(exchange.received(Buffer::kHttpStatusCode), "200");
  EXPECT_EQ(exchange.received(Buffer::kHttpStatusMessage), "OK");
  EXPECT_EQ(exchange.received(Buffer::kHttpResponseLine), "HTTP/1.1 200 OK");
  EXPECT_EQ(exchange.received(Buffer::kHttpServer), "s");
  EXPECT_EQ(exchange.received(Buffer::kHttpCookie), "c=d");
  EXPECT_EQ(exchange.received(Buffer::kFileData), "abcdefg");
  EXPECT_TRUE(exchange.session->is_complete(0, false));
}

TEST(HttpSession, ShowsTheSameHoweverItIsCut) {
  HttpExchange whole;
  whole.request(kRequest);
  whole.response(kResponse);
  for (std::size_t cut = 1; cut < sizeof kRequest - 1; ++cut) {
    HttpExchange exchange;
    std::string const text(kRequest), answer(kResponse);
    exchange.request(text.substr(0, cut));
    exchange.request(text.substr(cut));
    auto const at = std::min(cut, answer.size());
    exchange.response(answer.substr(0, at));
    exchange.response(answer.substr(at));
    for (auto const& keyword : kAppBufferKeywords) {
      EXPECT_EQ(exchange.sent(keyword.buffer), whole.sent(keyword.buffer)) << keyword.name;
      EXPECT_EQ(exchange.received(keyword.buffer), whole.received(keyword.buffer)) << keyword.name;
    }
  }
}

}  // namespace
}  // namespace warpline::ids
