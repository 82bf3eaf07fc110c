// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "tests/elements/ids/app/tls_pieces.hpp"
#include "tests/elements/ids/hostile/rig.hpp"

/// Traffic of applications that is made to cost as much as possible, as in hostile_test.cpp.
namespace warpline::ids {
namespace {

using namespace std::string_literals;
using test::half;
using testing::Frames;
using testing::HostileRig;
using testing::scaled;
using Connection = HostileRig::Connection;

/// Rules on many buffers. `copies`: of those that the patterns select in each transaction.
std::string rules(unsigned copies = 20) {
  std::string text;
  for (unsigned i = 0; i < copies; ++i) {
    unsigned number = 1 + i * 100;
    auto const sid = [&] { return " sid:" + std::to_string(number++) + ";)\n"; };
    auto const last = "content:\"never" + std::to_string(i) + "\";";
    auto const http = "alert http any any -> any any (";
    text += http + "http.uri; content:\"/index\"; http.header; "s + last + sid();
    text += http + "http.header_names; content:\"Host\"; http.cookie; "s + last + sid();
    text += http + "http.request_header; content:\"Host\"; http.header; "s + last + sid();
    text +=
        http + "http.uri; content:\"/index\"; fast_pattern; http.request_body; "s + last + sid();
    text += http + "http.stat_code; content:\"200\"; file.data; "s + last + sid();
    text += http + "file.data; content:\"xxxx\"; "s + last + sid();
    text += http + "http.user_agent; content:!\"agent"s + std::to_string(i) + "\"; http.host; " +
            last + sid();
    text += "alert dns any any -> any any (dns.query; content:\"a\"; dns.query; " + last + sid();
    text += "alert tls any any -> any any (tls.sni; content:\"example\"; tls.cert_subject; " +
            last + sid();
    text += "alert ftp any any -> any any (ftp.command; content:\"NOOP\"; " + last + sid();
  }
  return text;
}

/// Streams are parsed from their beginning to their end.
DetectorOptions deep() {
  DetectorOptions options;
  options.tcp.depth = 64 << 20;
  return options;
}

/// Conservation, and the bounds of memory.
void expect_bounds(HostileRig const& rig) {
  auto const& detector = rig.detector();
  EXPECT_LE(detector.stream_pool().in_use(), detector.stream_pool().capacity());
  EXPECT_EQ(detector.counters().packets, rig.sent());
}

AppCounters const& counters_of(HostileRig const& rig) { return rig.detector().app_counters(); }
std::uint64_t transactions_of(HostileRig const& rig, AppProtocol protocol) {
  return counters_of(rig).transactions[static_cast<std::size_t>(protocol)];
}
std::string repeated(std::string const& text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

constexpr auto kRequest = "GET /index HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr auto kResponse = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nxxxx";

TEST(IdsHostileApplications, PipelinedRequestsOfOneFlow) {
  for (std::size_t const size : {std::size_t{1400}, std::size_t{60}}) {
    HostileRig rig(rules(), deep());
    Connection connection;
    rig.handshake({});
    constexpr unsigned kAtOnce = 500;
    auto const count = scaled(100'000, 10'000) / kAtOnce;
    for (std::uint64_t i = 0; i < count; ++i) {
      rig.say(connection, true, repeated(kRequest, kAtOnce), size);
      rig.say(connection, false, repeated(kResponse, kAtOnce), size);
    }
    expect_bounds(rig);
    rig.finish();
    EXPECT_EQ(transactions_of(rig, AppProtocol::kHttp), count * kAtOnce);
    EXPECT_EQ(counters_of(rig).failed_parsers, 0u);
  }
}

TEST(IdsHostileApplications, RequestsWithoutResponses) {
  HostileRig rig(rules(), {});
  Connection connection;
  rig.handshake({});
  rig.say(connection, true, repeated(kRequest, scaled(100'000, 10'000)));
  expect_bounds(rig);
  rig.finish();
  EXPECT_EQ(counters_of(rig).failed_parsers, 1u);
}

TEST(IdsHostileApplications, FloodsOfHeaders) {
  std::string different, same, empty;
  for (unsigned i = 0; i < 1000; ++i) {
    different += "X" + std::to_string(i) + ": " + std::string(40, 'v') + "\r\n";
    same += "X-Same: " + std::string(40, 'v') + "\r\n";
    empty += "a:\r\n";
  }
  for (auto const& headers : {different, same, empty}) {
    for (std::size_t const size : {std::size_t{1400}, std::size_t{1}}) {
      HostileRig rig(rules(), {});
      Connection connection;
      rig.handshake({});
      auto const text = "GET /index HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n";
      auto const count = size == 1 ? scaled(20, 1) : scaled(500, 50);
      for (std::uint64_t i = 0; i < count; ++i) {
        rig.say(connection, true, text, size);
        rig.say(connection, false, kResponse);
      }
      expect_bounds(rig);
      rig.finish();
      EXPECT_EQ(transactions_of(rig, AppProtocol::kHttp), count);
    }
  }
}

/// Zeros, compressed: after one literal each 258 bytes are one match of 13 bits with fixed codes
/// (RFC 1951, section 3.2.6).
std::string gzip_of_zeros(std::uint64_t size) {
  auto text = "\x1f\x8b\x08"s + std::string(6, '\0') + "\xff";
  std::uint64_t bits = 0;
  unsigned count = 0;
  auto const put = [&](std::uint32_t code, unsigned length) {  // the first bit is the highest
    while (length-- > 0) {
      bits |= static_cast<std::uint64_t>(code >> length & 1) << count;
      if (++count < 8) continue;
      text += static_cast<char>(bits);
      bits = count = 0;
    }
  };
  put(1, 1);           // the last block
  put(0b10, 2);        // fixed codes; the number 1 begins with its low bit
  put(0b00110000, 8);  // a zero
  for (std::uint64_t i = 1; i < size; i += 258) {
    put(0b11000101, 8);  // 258 bytes
    put(0, 5);           // of one byte before
  }
  put(0, 7);
  put(0, 7);
  return text;
}

TEST(IdsHostileApplications, GzipBombs) {
  auto const bomb = gzip_of_zeros(scaled(std::uint64_t{1} << 30, std::uint64_t{1} << 26));
  HostileRig rig(rules(), {});
  auto const before = testing::resident_bytes();
  Connection connection;
  rig.handshake({});
  rig.say(connection, true, kRequest);
  rig.say(connection, false,
          "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
              std::to_string(bomb.size()) + "\r\n\r\n");
  rig.say(connection, false, bomb);
  if (testing::counts_memory()) {
    EXPECT_LE(testing::resident_bytes() - before, 4u << 20);
  }
  rig.say(connection, true, kRequest);  // the connection is parsed on
  rig.say(connection, false, kResponse);
  expect_bounds(rig);
  rig.finish();
  EXPECT_EQ(transactions_of(rig, AppProtocol::kHttp), 2u);
}

TEST(IdsHostileApplications, ChunksOfOneByte) {
  for (std::size_t const size : {std::size_t{1400}, std::size_t{1}}) {
    HostileRig rig(rules(), {});
    Connection connection;
    rig.handshake({});
    rig.say(connection, true, kRequest);
    rig.say(connection, false, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    auto const count = size == 1 ? scaled(1 << 20, 1 << 14) : 1 << 20;
    rig.say(connection, false, repeated("1\r\nx\r\n", count) + "0\r\n\r\n", size);
    expect_bounds(rig);
    rig.finish();
    EXPECT_EQ(transactions_of(rig, AppProtocol::kHttp), 1u);
  }
}

TEST(IdsHostileApplications, BodiesInSegmentsOfOneByte) {
  HostileRig rig(rules(200), {});
  Connection connection;
  rig.handshake({});
  auto const body = repeated("x", scaled(1 << 20, 1 << 16));
  rig.say(connection, true,
          "POST /index HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n");
  rig.say(connection, true, body, 1);
  rig.say(connection, false, kResponse);
  expect_bounds(rig);
  rig.finish();
  EXPECT_EQ(transactions_of(rig, AppProtocol::kHttp), 1u);
}

/// A request of DNS whose questions' names are loops of pointers: each has as many bytes as a name can.
std::string dns_of_loops(std::size_t size) {
  auto const name = "\xc0\x0c"s + half(1) + half(1);
  auto const label = "?"s + std::string(63, 'a') + "\xc0\x0c"s;  // a loop with a label
  auto const questions = 1 + (size - 12 - label.size() - 4) / name.size();
  std::string text = half(7) + half(0x0100) + half(static_cast<unsigned>(questions)) + half(0) +
                     half(0) + half(0) + label + half(1) + half(1);
  return text + repeated(name, questions - 1);
}

TEST(IdsHostileApplications, LoopsInNamesOfDns) {
  HostileRig rig(rules(), {});
  auto const message = dns_of_loops(65535 - 14 - 28);
  for (std::uint64_t i = 0; i < scaled(2048, 256); ++i) {
    Frames::Ends ends;
    ends.source_port = static_cast<std::uint16_t>(1024 + i % 64);
    ends.destination_port = 53;
    rig.send(rig.frames().udp(ends, message));
  }
  expect_bounds(rig);
  rig.finish();
  EXPECT_EQ(transactions_of(rig, AppProtocol::kDns), 0u);
}

TEST(IdsHostileApplications, LongMessagesOfDnsInSegmentsOfOneByte) {
  HostileRig rig(rules(), deep());
  auto const question = "\1a\0"s + half(1) + half(1);
  constexpr unsigned kQuestions = (65535 - 12) / 7;
  auto message = half(7) + half(0x0100) + half(kQuestions) + half(0) + half(0) + half(0) +
                 repeated(question, kQuestions);
  message = half(static_cast<unsigned>(message.size())) + message;
  Connection connection;
  connection.client.destination_port = 53;
  rig.handshake(connection.client);
  auto const count = scaled(20, 2);
  for (std::uint64_t i = 0; i < count; ++i) rig.say(connection, true, message, 1);
  expect_bounds(rig);
  rig.finish();
  EXPECT_EQ(transactions_of(rig, AppProtocol::kDns), count);
}

TEST(IdsHostileApplications, RequestsOfDnsWithoutResponses) {
  HostileRig rig(rules(), {});
  std::string const query =
      half(7) + half(0x0100) + half(1) + half(0) + half(0) + half(0) + "\1a\0"s + half(1) + half(1);
  Frames::Ends ends;
  ends.destination_port = 53;
  auto const count = scaled(1'000'000, 50'000);
  for (std::uint64_t i = 0; i < count; ++i) rig.send(rig.frames().udp(ends, query));
  expect_bounds(rig);
  rig.finish();
  EXPECT_EQ(transactions_of(rig, AppProtocol::kDns), count);
}

TEST(IdsHostileApplications, RecordsOfTlsInSegmentsOfOneByte) {
  using namespace test::tls;
  HostileRig rig(rules(), {});
  std::string padding;
  for (unsigned i = 0; i < 3000; ++i) padding += extension(0xff00 + i % 200, "");
  auto const hello = record(22, client_hello({server_name("www.example.com") + padding}));
  auto chain = certificates(std::vector<std::string>(65000 / 300, certificate()));
  for (std::uint64_t i = 0; i < scaled(50, 2); ++i) {
    Connection connection;
    connection.client.source_port = static_cast<std::uint16_t>(2000 + i);
    connection.client.destination_port = 443;
    rig.handshake(connection.client);
    rig.say(connection, true, hello, 1);
    rig.say(connection, false, record(22, server_hello({})), 1);
    for (std::size_t at = 0; at < chain.size(); at += 16000)
      rig.say(connection, false, record(22, chain.substr(at, 16000)), 1);
    rig.say(connection, true, record(20, "\1"), 1);
    rig.say(connection, false, record(20, "\1"), 1);
  }
  expect_bounds(rig);
  rig.finish();
  EXPECT_EQ(transactions_of(rig, AppProtocol::kTls), scaled(50, 2));
  EXPECT_EQ(counters_of(rig).failed_parsers, 0u);
}

TEST(IdsHostileApplications, HandshakesOfTls) {
  using namespace test::tls;
  HostileRig rig(rules(), {});
  auto const hello = record(22, client_hello({server_name("www.example.com")}));
  auto const answer = record(22, server_hello({})) + record(22, certificates({certificate()}));
  auto const count = scaled(50'000, 1'000);
  for (std::uint64_t i = 0; i < count; ++i) {
    Connection connection;
    connection.client.source_port = static_cast<std::uint16_t>(2000 + i);
    connection.client.destination_port = 443;
    rig.handshake(connection.client);
    rig.say(connection, true, hello);
    rig.say(connection, false, answer);
  }
  expect_bounds(rig);
  rig.finish();
  EXPECT_EQ(transactions_of(rig, AppProtocol::kTls), count);
}

TEST(IdsHostileApplications, CommandsOfFtpWithoutReplies) {
  HostileRig rig(rules(), {});
  Connection connection;
  connection.client.destination_port = 21;
  rig.handshake(connection.client);
  rig.say(connection, true, "USER a\r\n");
  rig.say(connection, false, "220 ready\r\n");
  auto const before = testing::resident_bytes();
  auto const count = scaled(1'000'000, 100'000);
  rig.say(connection, true, repeated("NOOP\r\n", count / 100));
  EXPECT_EQ(counters_of(rig).failed_parsers, 0u);
  rig.say(connection, true, repeated("NOOP\r\n", count), 1400, false);
  if (testing::counts_memory()) {
    EXPECT_LE(testing::resident_bytes() - before, 24u << 20);
  }
  expect_bounds(rig);
  rig.finish();
  EXPECT_EQ(counters_of(rig).failed_parsers, 1u);  // 1 MiB of commands at one acknowledgment
}

TEST(IdsHostileApplications, AnotherProtocolAfter2KiB) {
  HostileRig rig(rules(), {});
  auto const count = scaled(10'000, 2'000);
  for (std::uint64_t i = 0; i < count; ++i) {
    Connection connection;
    connection.client.source_port = static_cast<std::uint16_t>(2000 + i);
    rig.handshake(connection.client);
    if (i % 2 == 0) {
      rig.say(connection, true, std::string(2048, '\1'));
      rig.say(connection, false, std::string(2048, '\2'));
    } else {
      rig.say(connection, true, "GET /" + std::string(2048, 'i') + " HTTP/1.1\r\n\r\n");
      rig.say(connection, true, "\x16\3\1\2\0\1\0\1\xfc\3\3"s + std::string(500, '\3'));
    }
    rig.say(connection, true, kRequest);
    rig.say(connection, false, kResponse);
  }
  expect_bounds(rig);
  rig.finish();
  EXPECT_GE(counters_of(rig).flows[static_cast<std::size_t>(AppProtocol::kHttp)], count / 2);
}

/// Sessions of each protocol that keep as much as they can.
TEST(IdsHostileApplications, OpenSessionsKeepToTheirMemory) {
  using namespace test::tls;
  auto const count = scaled(100'000, 5'000);
  struct Case {
    std::uint16_t port;
    std::string text;
  };
  auto const post = "POST /index HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n";
  auto const long_header = "GET /index HTTP/1.1\r\nHost: h\r\nX: ";
  for (auto const& [port, text] :
       {Case{80, post + std::string(4000, 'x')}, Case{80, long_header + std::string(4000, 'x')},
        Case{53, half(60000) + dns_of_loops(5000)},
        Case{443, record(22, "\1\0\x3f\0"s + std::string(4000, 'x')).substr(0, 4000)}}) {
    DetectorOptions options;
    options.flows = 131072;
    options.http.memory = 4 << 20;
    auto const before = testing::resident_bytes();
    HostileRig rig(rules(), options);
    for (std::uint64_t i = 0; i < count; ++i) {
      Connection connection;
      connection.client.source += static_cast<std::uint32_t>(i / 50000);
      connection.client.source_port = static_cast<std::uint16_t>(2000 + i % 50000);
      connection.client.destination_port = port;
      rig.handshake(connection.client);
      rig.say(connection, true, text);
    }
    expect_bounds(rig);
    EXPECT_GT(rig.detector().http_out_of_memory(), 0u);
    auto const bound = memory_of(options, *std::make_shared<RuleSet>(std::vector<Rule>{}));
    auto const grown = testing::resident_bytes() - before;
    std::printf("port %u: grown by %zu MB, ", port, grown >> 20);
    if (testing::counts_memory()) {
      EXPECT_LE(grown, bound.flows + bound.sessions + bound.stream + bound.http + (32u << 20));
    }
    rig.finish();
  }
}

}  // namespace
}  // namespace warpline::ids
