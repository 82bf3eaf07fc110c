// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0

// The expectations are those of Suricata 7.0.10 with the configuration that it comes with.

#include "elements/ids/app/http_session.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/elements/ids/app/http_exchange.hpp"

namespace warpline::ids {
namespace {

using Status = AppSession::Status;

std::string get(std::string const& uri) { return "GET " + uri + " HTTP/1.1\r\nHost: h\r\n\r\n"; }
std::string answer(std::string const& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(HttpSession, NumbersPipelinedTransactions) {
  HttpExchange exchange;
  exchange.request(get("/1") + get("/2") + "\r\n" + get("/3"));
  exchange.response(answer("a") + answer("bb") + answer("ccc"));
  ASSERT_EQ(exchange.session->end(), 3u);
  for (auto const number : {0u, 1u, 2u}) {
    EXPECT_EQ(exchange.sent(Buffer::kHttpUri, number), "/" + std::to_string(number + 1));
    EXPECT_EQ(exchange.received(Buffer::kFileData, number), std::string(number + 1, "abc"[number]));
    EXPECT_TRUE(exchange.session->is_complete(number, false));
  }
  exchange.session->remove_first();
  EXPECT_EQ(exchange.session->first(), 1u);
  EXPECT_EQ(exchange.sent(Buffer::kHttpUri, 1), "/2");
}

TEST(HttpSession, ShowsTheFinalResponseAfter100Continue) {
  HttpExchange exchange;
  exchange.request(
      "POST /p HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  exchange.response("HTTP/1.1 100 Continue\r\n\r\n");
  exchange.request("body");
  exchange.response(answer("done"));
  ASSERT_EQ(exchange.session->end(), 1u);
  EXPECT_EQ(exchange.received(Buffer::kHttpStatusCode), "200");
  EXPECT_EQ(exchange.received(Buffer::kFileData), "done");
}

TEST(HttpSession, ExpectsNoBodyAfterHeadAnd204And304) {
  for (std::string const start : {"HTTP/1.1 200 OK", "HTTP/1.1 204 N", "HTTP/1.1 304 N"}) {
    HttpExchange exchange;
    exchange.request(start.ends_with("OK") ? "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" : get("/"));
    exchange.response(start +
                      (start.ends_with("OK") ? "\r\nContent-Length: 9\r\n\r\n" : "\r\n\r\n"));
    exchange.request(get("/2"));
    exchange.response(answer("x"));
    EXPECT_EQ(exchange.received(Buffer::kFileData, 1), "x") << start;
  }
}

TEST(HttpSession, ParsesHttp09) {
  HttpExchange exchange;
  exchange.request("GET /nine\r\n");
  exchange.response("<html>nine</html>");
  exchange.close();
  EXPECT_EQ(exchange.sent(Buffer::kHttpUri), "/nine");
  EXPECT_EQ(exchange.received(Buffer::kFileData), "<html>nine</html>");
}

TEST(HttpSession, ParsesAResponseWithoutARequest) {
  HttpExchange exchange;
  exchange.response(answer("hi"));
  exchange.close();
  ASSERT_EQ(exchange.session->end(), 1u);
  EXPECT_EQ(exchange.received(Buffer::kFileData), "hi");
  EXPECT_EQ(exchange.sent(Buffer::kHttpUri), "(none)");
  EXPECT_EQ(exchange.sent(Buffer::kHttpRawUri), "/libhtp::request_uri_not_seen");
}

TEST(HttpSession, EndsWhereATunnelBegins) {
  HttpExchange exchange;
  exchange.request("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(exchange.response("HTTP/1.1 200 OK\r\n\r\n"), Status::kNewProtocol);
  EXPECT_EQ(exchange.request("\x16\x03\x01"), Status::kNewProtocol);
  EXPECT_EQ(exchange.session->end(), 1u);
  EXPECT_TRUE(exchange.session->is_complete(0, true));
}

TEST(HttpSession, ContinuesAfterARefusedTunnel) {
  HttpExchange exchange;
  exchange.request("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(exchange.response("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"), Status::kContinue);
  exchange.request(get("/after"));
  EXPECT_EQ(exchange.sent(Buffer::kHttpUri, 1), "/after");
}

TEST(HttpSession, EndsWithAnUpgrade) {
  for (std::string const protocol : {"h2c", "websocket"}) {
    HttpExchange exchange;
    exchange.request("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: " + protocol + "\r\n\r\n");
    exchange.response("HTTP/1.1 101 S\r\nUpgrade: " + protocol + "\r\n\r\n");
    EXPECT_EQ(exchange.response("\x81\x05hello"), Status::kDone) << protocol;
    EXPECT_EQ(exchange.session->end(), 1u);
  }
}

TEST(HttpSession, ShowsWhatIsThereWhenTheConnectionEnds) {
  HttpExchange exchange;
  exchange.request("GET /cut HTTP/1.1\r\nHost: h\r\nUser-Agent: a\r\nX: y");
  EXPECT_EQ(exchange.sent(Buffer::kHttpUserAgent), "(none)");
  exchange.close();
  EXPECT_EQ(exchange.sent(Buffer::kHttpUri), "/cut");
  EXPECT_EQ(exchange.sent(Buffer::kHttpRawHost), "h");
  EXPECT_EQ(exchange.sent(Buffer::kHttpUserAgent), "a");
  EXPECT_TRUE(exchange.session->is_complete(0, true));
}

TEST(HttpSession, ParsesAHeaderAcrossAGap) {
  HttpExchange exchange;
  exchange.request("GET /x HTTP/1.1\r\nHost: h\r\nX: ");
  exchange.session->skip(true, 10);
  exchange.request("y\r\n\r\n");
  EXPECT_EQ(exchange.sent(Buffer::kHttpHeader), "Host: h\r\nX: y\r\n");
}

TEST(HttpSession, FailsAtALineThatIsTooLong) {
  for (auto const size : {17'000, 19'000}) {
    HttpExchange exchange;
    exchange.request("GET / HTTP/1.1\r\nHost: h\r\nX: ");
    for (int i = 0; i < size; i += 1'000) exchange.request(std::string(1'000, 'y'));
    EXPECT_EQ(exchange.request("\r\n\r\n"), size == 17'000 ? Status::kContinue : Status::kFailed);
    EXPECT_EQ(exchange.sent(Buffer::kHttpRequestHeader), "Host: h");
    EXPECT_EQ(exchange.sent(Buffer::kHttpHeader) == "(none)", size == 19'000);
  }
}

TEST(HttpSession, FailsWithTooManyHeaders) {
  std::string request = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 1100; ++i) request += "A" + std::to_string(i) + ": b\r\n";
  HttpExchange exchange;
  EXPECT_EQ(exchange.request(request + "\r\n"), Status::kFailed);
  EXPECT_EQ(exchange.sent(Buffer::kHttpRequestHeader, 0, 1023), "A1023: b");
  EXPECT_EQ(exchange.sent(Buffer::kHttpRequestHeader, 0, 1024), "(none)");
}

TEST(HttpSession, FailsWithTooManyTransactionsAtATime) {
  HttpOptions options;
  options.max_transactions = 3;
  HttpExchange exchange(options);
  EXPECT_EQ(exchange.request(get("/1") + get("/2") + get("/3")), Status::kContinue);
  EXPECT_EQ(exchange.request(get("/4") + get("/5")), Status::kFailed);
  EXPECT_EQ(exchange.session->end(), 3u);
  EXPECT_EQ(exchange.shared.too_many_transactions(), 1u);
}

TEST(HttpSession, FailsWhenTheMemoryIsUsedUp) {
  HttpOptions options;
  options.memory = 60'000;
  HttpExchange exchange(options);
  exchange.request(get("/"));
  EXPECT_EQ(exchange.response("HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n" +
                              std::string(80'000, 'x')),
            Status::kFailed);
  EXPECT_EQ(exchange.shared.out_of_memory(), 1u);
  EXPECT_TRUE(exchange.session->is_complete(0, false));
  exchange.session->reset();
  EXPECT_EQ(exchange.session->memory(), 0u);
  EXPECT_EQ(exchange.request(get("/")), Status::kContinue);
}

TEST(HttpSession, IsNewAfterReset) {
  HttpExchange exchange;
  exchange.request(get("/1") + get("/2"));
  exchange.close();
  exchange.session->reset();
  EXPECT_EQ(exchange.session->first(), 0u);
  EXPECT_EQ(exchange.session->end(), 0u);
  exchange.request(get("/3"));
  EXPECT_EQ(exchange.sent(Buffer::kHttpUri), "/3");
  EXPECT_EQ(exchange.sent(Buffer::kHttpHeader), "Host: h\r\n");
}

TEST(HttpSession, ForgetsATransactionBeforeItsEnd) {
  HttpExchange exchange;
  exchange.request(get("/1"));
  exchange.session->remove_first();
  exchange.request(get("/2"));
  exchange.response(answer("a") + answer("b"));
  EXPECT_EQ(exchange.session->first(), 1u);
  EXPECT_EQ(exchange.received(Buffer::kFileData, 1), "b");
}

TEST(HttpSession, ShowsAStatusLineThatComesInPiecesOnce) {
  HttpExchange exchange;
  exchange.request("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n");
  exchange.response("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 302 Fo");
  exchange.response("und\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(exchange.received(Buffer::kHttpStatusMessage, 1), "Found");
  EXPECT_EQ(exchange.received(Buffer::kHttpResponseLine, 1), "HTTP/1.1 302 Found");
  EXPECT_TRUE(exchange.received(Buffer::kHttpStart, 1).starts_with("HTTP/1.1 302 Found\r\nC"));
}

}  // namespace
}  // namespace warpline::ids
