// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0

// The expectations are those of Suricata 7.0.10 with the configuration that it comes with.

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/elements/ids/app/http_exchange.hpp"

namespace warpline::ids {
namespace {

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

std::string record_of(std::string const& request, std::string const& response) {
  HttpExchange exchange;
  exchange.request(request);
  exchange.response(response);
  return exchange.record();
}

TEST(HttpRecord, HasSuricatasMembersInItsOrder) {
  EXPECT_EQ(
      record_of("POST /a?b HTTP/1.1\r\nHost: WWW.h:8080\r\nUser-Agent: agent\r\n"
                "Referer: r\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n",
                "HTTP/1.1 302 Found\r\nContent-Type: text/html; charset=x\r\nLocation: /l\r\n"
                "Content-Range: bytes 0-4/10\r\nContent-Length: 5\r\n\r\nhello"),
      R"("hostname":"WWW.h","http_port":8080,"url":"/a?b","http_user_agent":"agent",)"
      R"("xff":"1.2.3.4","http_content_type":"text/html",)"
      R"("content_range":{"raw":"bytes 0-4/10","start":0,"end":4,"size":10},"http_refer":"r",)"
      R"("http_method":"POST","protocol":"HTTP/1.1","status":302,"redirect":"/l","length":5)");
}

TEST(HttpRecord, LeavesOutWhatIsEmptyOrMissing) {
  HttpExchange exchange;
  exchange.request("GET / HTTP/1.1\r\nHost: :80\r\nUser-Agent:\r\n\r\n");
  EXPECT_EQ(exchange.record(),
            R"("http_port":80,"url":"/","http_method":"GET","protocol":"HTTP/1.1","length":0)");
}

TEST(HttpRecord, CountsTheLengthAsItCame) {
  EXPECT_NE(record_of(kGet,
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")
                .find(R"("length":20)"),
            std::string::npos);
}

TEST(HttpRecord, ReadsTheStatusAsANumber) {
  for (auto const& [status, number] : {std::pair{"abc", "0"},
                                       {"20", "20"},
                                       {"2x", "2"},
                                       {"-5", "4294967291"},
                                       {"99999999999", "1215752191"}})
    EXPECT_NE(
        record_of(kGet, "HTTP/1.1 " + std::string(status) + " OK\r\nContent-Length: 0\r\n\r\n")
            .find("\"status\":" + std::string(number) + ","),
        std::string::npos)
        << status;
}

TEST(HttpRecord, ReadsContentRanges) {
  auto const range = [](std::string const& value) {
    auto const record = record_of(
        kGet, "HTTP/1.1 206 P\r\nContent-Range: " + value + "\r\nContent-Length: 0\r\n\r\n");
    auto const begin = record.find("\"raw\"");
    return record.substr(begin, record.find('}', begin) - begin);
  };
  EXPECT_EQ(range("bytes */10"), R"("raw":"bytes */10","size":10)");
  EXPECT_EQ(range("x  0-4/*"), R"("raw":"x  0-4/*","start":0,"end":4)");
  EXPECT_EQ(range("bytes 9223372036854775808-4/10"), R"("raw":"bytes 9223372036854775808-4/10")");
  EXPECT_EQ(range("bytes=0-4/10"), R"("raw":"bytes=0-4/10")");
}

TEST(HttpRecord, WritesUtf8AsItIsAndOtherBytesInHexadecimal) {
  auto const url = [](std::string const& uri) {
    HttpExchange exchange;
    exchange.request("GET " + uri + " HTTP/1.1\r\nHost: h\r\n\r\n");
    auto const record = exchange.record();
    auto const begin = record.find("\"url\"") + 6;
    return record.substr(begin, record.find(",\"http_method\"") - begin);
  };
  EXPECT_EQ(url("/\xc3\xa9\"\\"), "\"/\xc3\xa9\\\"\\\\\"");
  EXPECT_EQ(url("/\xff\xfe"), R"("/\\xff\\xfe")");
}

}  // namespace
}  // namespace warpline::ids
