// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

#include "tests/allocations/ids_worker.hpp"
#include "tests/elements/ids/app/tls_pieces.hpp"
#include "tests/support/allocations/allocations.hpp"

/// Once they are warm, the parsers of applications cost the worker no memory from the heap. The
/// exceptions are libraries in C: libhtp for a connection and a transaction, OpenSSL for a
/// certificate.
namespace warpline::ids {
namespace {

using namespace std::string_literals;
using test::half;
using testing::Frames;

constexpr auto kRules =
    "alert http any any -> any any (http.uri; content:\"/index\"; sid:1;)\n"
    "alert http any any -> any any (http.user_agent; to_lowercase; content:\"agent\"; sid:2;)\n"
    "alert http any any -> any any (http.header; content:\"X-Long\"; http.host; "
    "content:\"example\"; sid:3;)\n"
    "alert http any any -> any any (file_data; content:\"needle\"; sid:4;)\n"
    "alert http any any -> any any (http.request_body; compress_whitespace; content:\"field\"; "
    "pcre:\"/fi(el)d/\"; sid:5;)\n"
    "alert http any any -> any any (http.request_header; content:\"X-Long\"; sid:6;)\n"
    "alert http any any -> any any (http.uri; to_sha256; content:\"|aa bb|\"; sid:7;)\n"
    "alert http any any -> any any (http.header_names; content:\"Host\"; http.start; "
    "content:\"GET\"; http.cookie; content:\"a=b\"; sid:8;)\n"
    "alert dns any any -> any any (dns.query; dotprefix; content:\".example.com\"; endswith; "
    "sid:10;)\n"
    "alert dns any any -> any any (dns.query; to_md5; content:\"|01 02|\"; sid:11;)\n"
    "alert dns any any -> any any (dns.query; pcrexform:\"([a-z]+)\"; content:\"www\"; sid:12;)\n"
    "alert dns any any -> any any (dns.opcode:0; sid:13;)\n"
    "alert tls any any -> any any (tls.sni; content:\"example\"; sid:20;)\n"
    "alert tls any any -> any any (tls.cert_subject; content:\"CN=\"; tls.cert_issuer; "
    "content:\"iss\"; sid:21;)\n"
    "alert tls any any -> any any (ja3.string; content:\"771\"; tls.version:1.2; sid:22;)\n"
    "alert tls any any -> any any (ja3s.string; content:\"771\"; sid:23;)\n"
    "alert ssh any any -> any any (ssh.software; content:\"openssh\"; nocase; sid:30;)\n"
    "alert ftp any any -> any any (ftp.command; content:\"USER\"; sid:40;)\n"
    "alert ftp any any -> any any (content:\"anonymous\"; sid:41;)\n"
    "alert tcp any any -> any any (content:\"needle\"; sid:50;)\n";

/// RFC 1952, with one block that is not compressed (RFC 1951, section 3.2.4).
std::string gzip(std::string const& text) {
  std::uint32_t crc = ~0u;
  for (auto const byte : text) {
    crc ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
  }
  auto const little = [](std::uint32_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * i);
    return out;
  };
  auto const size = static_cast<std::uint32_t>(text.size());
  return "\x1f\x8b\x08"s + std::string(6, '\0') + "\xff\1" + little(size, 2) +
         little(~size & 0xffff, 2) + text + little(~crc, 4) + little(size, 4);
}

/// Bytes of an application in both directions, through frames.
class Talks : public test::IdsWorker {
 public:
  Talks() : IdsWorker(kRules, 16 << 20) {}

  void open(std::uint16_t port) {
    next_ends(port);
    sent_bytes_[0] = sent_bytes_[1] = 1;
    auto const server = ends_.reversed();
    send(frames_.tcp(ends_, Frames::kSyn, 0, 0));
    send(frames_.tcp(server, Frames::kSyn | Frames::kAck, 0, 1));
    send(frames_.tcp(ends_, Frames::kAck, 1, 1));
  }
  /// In segments of at most `size` bytes, each acknowledged.
  void say(bool to_server, std::string_view text, std::size_t size = 1400) {
    auto const ends = to_server ? ends_ : ends_.reversed();
    auto& mine = sent_bytes_[to_server];
    auto const other = sent_bytes_[!to_server];
    for (; !text.empty(); text.remove_prefix(std::min(size, text.size()))) {
      auto const segment = text.substr(0, size);
      send(frames_.tcp(ends, Frames::kAck, mine, other, segment));
      mine += static_cast<std::uint32_t>(segment.size());
      send(frames_.tcp(ends.reversed(), Frames::kAck, other, mine));
    }
  }
  void close() {
    auto const [server, client] = std::pair(sent_bytes_[0], sent_bytes_[1]);
    send(frames_.tcp(ends_, Frames::kFin | Frames::kAck, client, server));
    send(frames_.tcp(ends_.reversed(), Frames::kFin | Frames::kAck, server, client + 1));
    send(frames_.tcp(ends_, Frames::kAck, client + 1, server + 1));
  }
  void datagrams(std::uint16_t port, std::string_view request, std::string_view response) {
    next_ends(port);
    send(frames_.udp(ends_, request));
    send(frames_.udp(ends_.reversed(), response));
  }
  std::uint32_t round() const { return round_; }

 private:
  void next_ends(std::uint16_t port) {
    ++round_;
    ends_ = {};
    ends_.source += round_ % 5000;
    ends_.source_port = static_cast<std::uint16_t>(1024 + round_ % 60000);
    ends_.destination_port = port;
  }

  Frames frames_;
  Frames::Ends ends_;
  std::uint32_t sent_bytes_[2]{}, round_ = 0;
};

struct Costs {
  double ours, libraries;  ///< allocations of a flow
  std::uint64_t alerts, transactions;
};

/// Of `count` flows, after twice as many: then as many flows have been open at a time as ever will.
Costs costs_of(Talks& talks, AppProtocol protocol, std::function<void()> flow,
               unsigned count = 3000) {
  for (unsigned i = 0; i < 2 * count; ++i) flow();
  auto const transactions = [&] {
    return talks.detector().app_counters().transactions[static_cast<std::size_t>(protocol)];
  };
  auto const alerts = talks.detector().counters().alerts;
  auto const before_transactions = transactions();
  auto const all = warpline::test::allocations_here(), news = warpline::test::news_here();
  for (unsigned i = 0; i < count; ++i) flow();
  auto const ours = warpline::test::news_here() - news;
  auto const others = warpline::test::allocations_here() - all - ours;
  return {static_cast<double>(ours) / count, static_cast<double>(others) / count,
          talks.detector().counters().alerts - alerts, transactions() - before_transactions};
}

std::string dns_message(unsigned flags, std::string const& name) {
  std::string labels;
  for (std::size_t begin = 0; begin <= name.size();) {
    auto const end = std::min(name.find('.', begin), name.size());
    labels += static_cast<char>(end - begin) + name.substr(begin, end - begin);
    begin = end + 1;
  }
  bool const response = (flags & 0x8000) != 0;
  auto text = half(7) + half(flags) + half(1) + half(response ? 1 : 0) + half(0) + half(0) +
              labels + "\0"s + half(1) + half(1);
  if (response) text += half(0xc00c) + half(1) + half(1) + half(0) + half(60) + half(4) + "abcd";
  return text;
}

TEST(IdsApplications, AllocateNothingForDnsOverUdp) {
  Talks talks;
  auto const request = dns_message(0x0100, "www.example.com");
  auto const response = dns_message(0x8180, "www.example.com");
  auto const costs =
      costs_of(talks, AppProtocol::kDns, [&] { talks.datagrams(53, request, response); });
  EXPECT_EQ(costs.ours, 0);
  EXPECT_EQ(costs.libraries, 0);
  EXPECT_GE(costs.alerts, 3000u * 3);
  EXPECT_EQ(costs.transactions, 3000u * 2);
}

TEST(IdsApplications, AllocateNothingForDnsOverTcp) {
  Talks talks;
  auto const twice = [](std::string const& text) {
    auto const message = half(static_cast<unsigned>(text.size())) + text;
    return message + message;
  };
  auto const requests = twice(dns_message(0x0100, "www.example.com"));
  auto const responses = twice(dns_message(0x8180, "www.example.com"));
  auto const costs = costs_of(talks, AppProtocol::kDns, [&] {
    talks.open(53);
    talks.say(true, requests, 7);
    talks.say(false, responses, 11);
    if (talks.round() % 3 == 0) talks.close();
  });
  EXPECT_EQ(costs.ours, 0);
  EXPECT_EQ(costs.libraries, 0);
  EXPECT_GE(costs.alerts, 3000u * 6);
  EXPECT_EQ(costs.transactions, 3000u * 4);
}

TEST(IdsApplications, AllocateOnlyCertificatesOfOpenSslForTls) {
  using namespace test::tls;
  Talks talks;
  auto const hello = record(22, client_hello({server_name("www.example.com")}));
  auto const resumed =
      record(22, client_hello({server_name("example.com") + extension(35, "ticket")}));
  auto const answer = record(22, server_hello({}));
  auto const long_answer = answer + record(22, certificates({certificate(), certificate()}));
  auto const end = record(20, "\1") + record(22, std::string(40, 'x'));
  auto const talk = [&](bool with_certificate) {
    talks.open(443);
    talks.say(true, with_certificate ? hello : resumed, 100);
    talks.say(false, with_certificate ? long_answer : answer, 1000);
    talks.say(true, end);
    talks.say(false, end);
    if (talks.round() % 3 == 0) talks.close();
  };
  auto costs = costs_of(talks, AppProtocol::kTls, [&] { talk(false); });
  EXPECT_EQ(costs.ours, 0);
  EXPECT_EQ(costs.libraries, 0);
  costs = costs_of(talks, AppProtocol::kTls, [&] { talk(true); });
  EXPECT_EQ(costs.ours, 0);
  std::printf("TLS: %.1f allocations of OpenSSL for a certificate\n", costs.libraries);
  EXPECT_GT(costs.alerts, 3000u * 2);
  EXPECT_EQ(costs.transactions, 3000u);
}

TEST(IdsApplications, AllocateNothingForSsh) {
  Talks talks;
  std::string const exchange(500, 'k');
  auto const costs = costs_of(talks, AppProtocol::kSsh, [&] {
    talks.open(22);
    talks.say(true, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", 5);
    talks.say(false, "SSH-2.0-OpenSSH_8.4p1 Debian-5+deb11u3 with a long comment\r\n");
    talks.say(true, exchange);
    if (talks.round() % 3 == 0) talks.close();
  });
  EXPECT_EQ(costs.ours, 0);
  EXPECT_EQ(costs.libraries, 0);
  EXPECT_GE(costs.alerts, 3000u);
  EXPECT_EQ(costs.transactions, 3000u);
}

TEST(IdsApplications, AllocateNothingForFtp) {
  Talks talks;
  auto const costs = costs_of(talks, AppProtocol::kFtp, [&] {
    talks.open(21);
    talks.say(false, "220-welcome to a server with a long greeting\r\n220 ready\r\n");
    talks.say(true, "USER anonymous\r\n", 3);
    talks.say(false, "331 Please specify the password.\r\n");
    talks.say(true, "PASS somebody@example.com\r\nSYST\r\n");
    talks.say(false, "230 Login successful.\r\n215 UNIX Type: L8\r\n");
    talks.say(true, "RETR a/long/path/of/a/file.txt\r\n");
    if (talks.round() % 3 == 0) talks.close();
  });
  EXPECT_EQ(costs.ours, 0);
  EXPECT_EQ(costs.libraries, 0);
  EXPECT_GT(costs.alerts, 3000u);
  EXPECT_GT(costs.transactions, 3000u * 4);
}

TEST(IdsApplications, AllocateForHttpOnlyWhatLibhtpDoes) {
  Talks talks;
  auto const headers = "Host: example.com\r\nUser-Agent: An Agent\r\nCookie: a=b\r\nX-Long: " +
                       std::string(200, 'x') + "\r\n";
  auto const get = "GET /index.html?a=%41 HTTP/1.1\r\n" + headers + "\r\n";
  auto const form =
      "--b\r\nContent-Disposition: form-data; name=\"field\"; filename=\"f\"\r\n\r\n"
      "needle\r\n--b--\r\n"s;
  auto const post = "POST /index HTTP/1.1\r\n" + headers +
                    "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: " +
                    std::to_string(form.size()) + "\r\n\r\n" + form;
  auto const body = std::string(30'000, 'b') + "needle" + std::string(30'000, 'c');
  auto const plain = "HTTP/1.1 200 OK\r\nServer: s\r\nSet-Cookie: a=b\r\nContent-Length: " +
                     std::to_string(body.size()) + "\r\n\r\n" + body;
  auto const zipped = gzip(body);
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", zipped.size());
  auto const chunked =
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"s + size +
      zipped + "\r\n0\r\n\r\n";
  auto const requests = post + get, responses = plain + chunked;
  constexpr unsigned kFlows = 2000;
  auto const costs = costs_of(
      talks, AppProtocol::kHttp,
      [&] {
        talks.open(80);
        talks.say(true, get, 90);
        talks.say(false, plain);
        talks.say(true, requests);
        talks.say(false, responses, 1000);
        if (talks.round() % 3 == 0) talks.close();
      },
      kFlows);
  EXPECT_EQ(costs.ours, 0);
  std::printf("HTTP: %.1f allocations of libhtp for a transaction\n", costs.libraries / 3);
  EXPECT_GT(costs.libraries / 3, 10);  // or the counter does not see them
  EXPECT_LT(costs.libraries / 3, 250);
  EXPECT_GT(costs.alerts, kFlows * 6);
  EXPECT_EQ(costs.transactions, kFlows * 3);
}

}  // namespace
}  // namespace warpline::ids
