// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0

// The expectations are those of Suricata 7.0.10 with the configuration that it comes with.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "tests/elements/ids/app/http_exchange.hpp"

namespace warpline::ids {
namespace {

constexpr char kRequest[] =
    "POST /a/../b%20c?q=%41+B#f HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent:agent 1\r\n"
    "X: 1\r\nCookie: a=b\r\nContent-Length: 4\r\nX: 2\r\n\r\nbody";
constexpr char kResponse[] =
    "HTTP/1.1 200 OK\r\nServer: s\r\nContent-Type: text/html; charset=x\r\nSet-Cookie: c=d\r\n"
    "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";

std::string sent(std::string_view request, Buffer buffer) {
  HttpExchange exchange;
  exchange.request(request);
  return exchange.sent(buffer);
}

std::string uri_of(std::string_view uri) {
  return sent("GET " + std::string(uri) + " HTTP/1.1\r\nHost: h\r\n\r\n", Buffer::kHttpUri);
}

std::string host_of(std::string_view host) {
  return sent("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n", Buffer::kHttpHost);
}

TEST(HttpBuffers, ShowARequest) {
  HttpExchange exchange;
  EXPECT_EQ(exchange.request(kRequest), AppSession::Status::kContinue);
  ASSERT_EQ(exchange.session->end(), 1u);
  EXPECT_EQ(exchange.sent(Buffer::kHttpUri), "/b c?q=A+B#f");
  EXPECT_EQ(exchange.sent(Buffer::kHttpRawUri), "/a/../b%20c?q=%41+B#f");
  EXPECT_EQ(exchange.sent(Buffer::kHttpMethod), "POST");
  EXPECT_EQ(exchange.sent(Buffer::kHttpProtocol), "HTTP/1.1");
  EXPECT_EQ(exchange.sent(Buffer::kHttpRequestLine), "POST /a/../b%20c?q=%41+B#f HTTP/1.1");
  EXPECT_EQ(exchange.sent(Buffer::kHttpHost), "www.example.com");
  EXPECT_EQ(exchange.sent(Buffer::kHttpUserAgent), "agent 1");
  EXPECT_EQ(exchange.sent(Buffer::kHttpContentLength), "4");
  EXPECT_EQ(exchange.sent(Buffer::kHttpReferer), "(none)");
  EXPECT_EQ(exchange.sent(Buffer::kHttpRequestBody), "body");
  EXPECT_EQ(exchange.sent(Buffer::kHttpResponseBody), "(none)");
  EXPECT_EQ(exchange.received(Buffer::kHttpStatusCode), "(none)");
  EXPECT_TRUE(exchange.session->is_complete(0, true));
  EXPECT_FALSE(exchange.session->is_complete(0, false));
}

TEST(HttpBuffers, ShowAResponse) {
  HttpExchange exchange;
  exchange.request(kRequest);
  EXPECT_EQ(exchange.response(kResponse), AppSession::Status::kContinue);
  EXPECT_EQ(exchange.received(Buffer::kHttpStatusCode), "200");
  EXPECT_EQ(exchange.received(Buffer::kHttpStatusMessage), "OK");
  EXPECT_EQ(exchange.received(Buffer::kHttpResponseLine), "HTTP/1.1 200 OK");
  EXPECT_EQ(exchange.received(Buffer::kHttpProtocol), "HTTP/1.1");
  EXPECT_EQ(exchange.received(Buffer::kHttpServer), "s");
  EXPECT_EQ(exchange.received(Buffer::kHttpContentType), "text/html; charset=x");
  EXPECT_EQ(exchange.received(Buffer::kHttpCookie), "c=d");
  EXPECT_EQ(exchange.received(Buffer::kFileData), "abcdefg");
  EXPECT_EQ(exchange.received(Buffer::kHttpResponseBody), "abcdefg");
  EXPECT_TRUE(exchange.session->is_complete(0, false));
}

TEST(HttpBuffers, ShowTheSameHoweverTheBytesAreCut) {
  HttpExchange whole;
  whole.request(kRequest);
  whole.response(kResponse);
  std::string const text(kRequest), answer(kResponse);
  for (std::size_t cut = 1; cut < std::max(text.size(), answer.size()); ++cut) {
    HttpExchange exchange;
    auto const in_text = std::min(cut, text.size()), in_answer = std::min(cut, answer.size());
    exchange.request(text.substr(0, in_text));
    exchange.request(text.substr(in_text));
    exchange.response(answer.substr(0, in_answer));
    exchange.response(answer.substr(in_answer));
    for (auto const& keyword : kAppBufferKeywords) {
      EXPECT_EQ(exchange.sent(keyword.buffer), whole.sent(keyword.buffer)) << keyword.name;
      EXPECT_EQ(exchange.received(keyword.buffer), whole.received(keyword.buffer)) << keyword.name;
    }
  }
}

TEST(HttpBuffers, NormaliseAUriOnce) {
  EXPECT_EQ(uri_of("/a%2fb"), "/a/b");
  EXPECT_EQ(uri_of("/a\\b%5cc"), "/a/b/c");
  EXPECT_EQ(uri_of("//a///b"), "/a/b");
  EXPECT_EQ(uri_of("/a/./b/../c"), "/a/c");
  EXPECT_EQ(uri_of("/../../x"), "/x");
  EXPECT_EQ(uri_of("/%2e%2e/x"), "/x");
  EXPECT_EQ(uri_of("/a%2541"), "/a%41");
  EXPECT_EQ(uri_of("/a%zz%"), "/a%zz%");
  EXPECT_EQ(uri_of("/%u0041"), "/A");
  EXPECT_EQ(uri_of("/A/B"), "/A/B");
}

TEST(HttpBuffers, DecodeButDoNotCompressAQuery) {
  EXPECT_EQ(uri_of("/a+b?c+d=%2b"), "/a+b?c+d=+");
  EXPECT_EQ(uri_of("/a?q=a/../b//c\\d"), "/a?q=a/../b//c\\d");
}

TEST(HttpBuffers, LeaveSchemeAndHostOutOfAUri) {
  EXPECT_EQ(uri_of("http://u:p@Host.Com:99/p?q"), "/p?q");
  EXPECT_EQ(sent("GET http://Host.Com/p HTTP/1.1\r\nHost: other\r\n\r\n", Buffer::kHttpHost),
            "host.com");
}

TEST(HttpBuffers, EndAUriAtASpace) {
  EXPECT_EQ(sent("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", Buffer::kHttpUri), "/a");
  EXPECT_EQ(sent("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", Buffer::kHttpProtocol), "b HTTP/1.1");
}

TEST(HttpBuffers, MakeAHostLowerCase) {
  EXPECT_EQ(host_of("WWW.Example.com"), "www.example.com");
  EXPECT_EQ(host_of("WWW.Example.com:8080"), "www.example.com");
  EXPECT_EQ(sent("GET / HTTP/1.1\r\nHost: A.b:80\r\n\r\n", Buffer::kHttpRawHost), "A.b:80");
}

TEST(HttpBuffers, JoinHeadersAndLeaveOutCookies) {
  EXPECT_EQ(sent(kRequest, Buffer::kHttpHeader),
            "Host: www.example.com\r\nUser-Agent: agent 1\r\nX: 1, 2\r\nContent-Length: 4\r\n");
  EXPECT_EQ(sent("GET / HTTP/1.1\r\nCookie: a\r\ncookie: b\r\n\r\n", Buffer::kHttpCookie), "a, b");
  EXPECT_EQ(sent("GET / HTTP/1.1\r\nCookie: a\r\n\r\n", Buffer::kHttpHeader), "(none)");
}

TEST(HttpBuffers, ShowRawHeadersAsTheyCame) {
  EXPECT_EQ(sent(kRequest, Buffer::kHttpRawHeader),
            "Host: www.example.com\r\nUser-Agent:agent 1\r\nX: 1\r\nCookie: a=b\r\n"
            "Content-Length: 4\r\nX: 2\r\n\r\n");
}

TEST(HttpBuffers, ShowCookiesInNamesStartAndSingleHeaders) {
  EXPECT_EQ(sent(kRequest, Buffer::kHttpHeaderNames),
            "\r\nHost\r\nUser-Agent\r\nX\r\nCookie\r\nContent-Length\r\n\r\n");
  EXPECT_EQ(
      sent(kRequest, Buffer::kHttpStart),
      "POST /a/../b%20c?q=%41+B#f HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: agent 1\r\n"
      "X: 1, 2\r\nCookie: a=b\r\nContent-Length: 4\r\n\r\n");
  HttpExchange exchange;
  exchange.request(kRequest);
  EXPECT_EQ(exchange.sent(Buffer::kHttpRequestHeader, 0, 2), "X: 1, 2");
  EXPECT_EQ(exchange.sent(Buffer::kHttpRequestHeader, 0, 3), "Cookie: a=b");
  EXPECT_EQ(exchange.sent(Buffer::kHttpRequestHeader, 0, 5), "(none)");
}

TEST(HttpBuffers, AddTrailersToTheHeaders) {
  HttpExchange exchange;
  exchange.request("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  exchange.response(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: x\r\n\r\n");
  EXPECT_EQ(exchange.received(Buffer::kHttpHeader), "Transfer-Encoding: chunked\r\nT: x\r\n");
  EXPECT_EQ(exchange.received(Buffer::kHttpRawHeader),
            "Transfer-Encoding: chunked\r\n\r\nT: x\r\n\r\n");
}

TEST(HttpBuffers, AreEmptyForAnEmptyHeader) {
  EXPECT_EQ(sent("GET / HTTP/1.1\r\nUser-Agent:\r\n\r\n", Buffer::kHttpUserAgent), "");
  EXPECT_EQ(sent("GET / HTTP/1.1\r\nHost: h\r\n\r\n", Buffer::kHttpUserAgent), "(none)");
}

TEST(HttpBuffers, WaitForTheEndOfTheHeaders) {
  HttpExchange exchange;
  exchange.request("GET /x HTTP/1.1\r\nHost: h\r\nUser-Agent: a\r\n");
  EXPECT_EQ(exchange.sent(Buffer::kHttpUri), "/x");
  EXPECT_EQ(exchange.sent(Buffer::kHttpUserAgent), "(none)");
  EXPECT_EQ(exchange.sent(Buffer::kHttpHeader), "(none)");
  exchange.request("\r\n");
  EXPECT_EQ(exchange.sent(Buffer::kHttpUserAgent), "a");
  EXPECT_EQ(exchange.sent(Buffer::kHttpHeader), "Host: h\r\nUser-Agent: a\r\n");
}

}  // namespace
}  // namespace warpline::ids
