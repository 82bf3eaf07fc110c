// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/probe.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/elements/ids/app/session_pieces.hpp"

/// What is expected here is what Suricata 7.0.10 found for flows that began with the same bytes.
namespace warpline::ids {
namespace {

using namespace std::string_literals;
using enum AppProtocol;
using test::bytes_of, test::half;

constexpr std::uint16_t kAnyPort = 9999;

AppProtocol from_client(std::string const& text, std::uint16_t port = kAnyPort) {
  return detect_protocol({bytes_of(text), true, true, port}).protocol;
}
AppProtocol from_server(std::string const& text, std::uint16_t port = kAnyPort) {
  return detect_protocol({bytes_of(text), true, false, port}).protocol;
}

std::string dns(unsigned flags, unsigned questions = 1, unsigned answers = 0) {
  return half(1) + half(flags) + half(questions) + half(answers) + half(0) + half(0) +
         "\1a\3com\0\0\1\0\1"s;
}
std::string framed(std::string const& message) {
  return half(static_cast<unsigned>(message.size())) + message;
}
std::string smb(char first, std::size_t size = 60) {
  return "\0\0\0\x40"s + first + "SMB" + std::string(size, '\0');
}

TEST(Probe, FindsHttpByMethodAndVersionInAnyCase) {
  for (auto const* method : {"GET", "OPTIONS", "BASELINE-CONTROL", "patch", "Invalid"}) {
    EXPECT_EQ(from_client(method + " / HTTP/1.1\r\n"s), kHttp) << method;
    EXPECT_EQ(from_client(method + "\t"s), kHttp) << method;
    EXPECT_EQ(from_client(method), kUnknown) << method;
    EXPECT_EQ(from_client(method + "/ HTTP/1.1\r\n"s), kFailed) << method;
    EXPECT_EQ(from_server(method + " / HTTP/1.1\r\n"s), kFailed) << method;
  }
  EXPECT_EQ(from_client("SEARCH / HTTP/1.1\r\n"), kFailed);
  EXPECT_EQ(from_client("\r\nGET / HTTP/1.1\r\n"), kFailed);
  EXPECT_EQ(from_client("HTTP/1.1 200 OK\r\n"), kFailed);
  for (auto const* version : {"HTTP/0.9", "HTTP/1.0", "http/1.1"})
    EXPECT_EQ(from_server(version), kHttp) << version;
  EXPECT_EQ(from_server("HTTP/1."), kUnknown);
  EXPECT_EQ(from_server("HTTP/1.2 200 OK\r\n"), kFailed);
  EXPECT_EQ(from_server("HTTP/2.0 200 OK\r\n"), kFailed);
}

TEST(Probe, FindsTlsByTheFirstThreeBytes) {
  for (char minor = 0; minor < 4; ++minor) {
    EXPECT_EQ(from_client("\x16\3"s + minor), kTls);
    EXPECT_EQ(from_client("\x15\3"s + minor), kFailed);
    EXPECT_EQ(from_client("\x17\3"s + minor), kFailed);
    for (auto const* type : {"\x15", "\x16", "\x17"})
      EXPECT_EQ(from_server(type + "\3"s + minor), kTls);
    EXPECT_EQ(from_server("\x14\3"s + minor), kFailed);
  }
  EXPECT_EQ(from_client("\x16\3"), kUnknown);
  EXPECT_EQ(from_client("\x16\3\4"), kFailed);
  EXPECT_EQ(from_server("\x16\3\4"), kFailed);
}

TEST(Probe, FindsHellosOfSsl2) {
  EXPECT_EQ(from_client("\x80\x2e\1\0\2"s), kTls);
  EXPECT_EQ(from_client("\x81\x2e\1\0\2"s), kTls);
  EXPECT_EQ(from_client("\x80\x2e\1"), kUnknown);
  EXPECT_EQ(from_client("z\x2e\1\0\2"s), kFailed);
  EXPECT_EQ(from_server("\x80\x2e\1\0\2"s), kFailed);
  EXPECT_EQ(from_client("\x80\x2e\1\3\1"), kFailed);
  EXPECT_EQ(from_client("\x80\x2e\1\3\1", 443), kTls);
  EXPECT_EQ(from_client("\x80zzz", 443), kFailed);
}

TEST(Probe, RefusesTlsOfAServerThatSentFirst) {
  EXPECT_EQ(detect_protocol({bytes_of("\x16\3\3"), true, false, kAnyPort, false}).protocol,
            kFailed);
  EXPECT_EQ(detect_protocol({bytes_of("\x16\3\1"), true, true, kAnyPort, false}).protocol, kFailed);
}

TEST(Probe, FindsSshFtpAndSmtp) {
  EXPECT_EQ(from_client("SSH-"), kSsh);
  EXPECT_EQ(from_server("ssh-9-x"), kSsh);
  EXPECT_EQ(from_server("SSH"), kUnknown);
  for (auto const* command : {"USER ", "pass x", "PORT 1", "FEATx"})
    EXPECT_EQ(from_client(command), kFtp) << command;
  EXPECT_EQ(from_client("USER"), kUnknown);
  EXPECT_EQ(from_client("SYST\r\n"), kFailed);
  EXPECT_EQ(from_server("220 (vsFTPd)"), kFtp);
  EXPECT_EQ(from_server("220 ftp FTP\r\n"), kFailed);
  EXPECT_EQ(from_server("USER a\r\n"), kFailed);
  for (auto const* command : {"EHLO", "helox", "QUIT\r\n"})
    EXPECT_EQ(from_client(command), kSmtp) << command;
  EXPECT_EQ(from_client("MAIL FROM:<a>\r\n"), kFailed);
}

TEST(Probe, FindsSmbByItsHeader) {
  for (char const first : {'\xfd', '\xfe', '\xff'}) {
    EXPECT_EQ(from_client(smb(first)), kSmb);
    EXPECT_EQ(from_server(smb(first)), kSmb);
    EXPECT_EQ(from_client(smb(first, 28)), kSmb);
    EXPECT_EQ(from_client(smb(first, 27)), kUnknown);
  }
  EXPECT_EQ(from_client(smb('\xfc')), kFailed);
  EXPECT_EQ(from_client("\1" + smb('\xfe').substr(1)), kFailed);
}

TEST(Probe, SkipsASessionMessageOnPortsOfSmb) {
  auto const session = "\x81\0\0\4abcd"s;
  EXPECT_EQ(from_client(session + smb('\xfe')), kFailed);
  EXPECT_EQ(from_client(session + smb('\xfe'), 445), kSmb);
  EXPECT_EQ(from_client(session + smb('\xfe'), 139), kSmb);
  EXPECT_EQ(from_client(session, 139), kUnknown);
  EXPECT_EQ(from_client("\x81\0\0\x44"s + std::string(68, '\0'), 139), kFailed);
  EXPECT_EQ(from_client("\x80" + session.substr(1) + smb('\xfe'), 445), kFailed);
}

TEST(Probe, FindsDnsOnItsPortAlone) {
  auto const udp = [](std::string const& text, bool to_server = true, std::uint16_t port = 53) {
    return detect_protocol({bytes_of(text), false, to_server, port});
  };
  EXPECT_EQ(udp(dns(0x0100)).protocol, kDns);
  EXPECT_FALSE(udp(dns(0x0100)).reversed);
  EXPECT_TRUE(udp(dns(0x8180)).reversed);
  EXPECT_FALSE(udp(dns(0x8180), false).reversed);
  EXPECT_TRUE(udp(dns(0x0100), false).reversed);
  EXPECT_EQ(udp(dns(0x0100), true, 5353).protocol, kFailed);
  EXPECT_EQ(udp(dns(0x0100).substr(0, 11)).protocol, kFailed);
  EXPECT_EQ(udp(dns(0x0100).substr(0, 12)).protocol, kFailed);  // the question takes two bytes
  EXPECT_EQ(udp(dns(0x0100).substr(0, 15)).protocol, kDns);     // cut
  EXPECT_EQ(udp(dns(0x0100, 1, 4)).protocol, kDns);
  EXPECT_EQ(udp(dns(0x0100, 1, 5)).protocol, kFailed);
  EXPECT_EQ(udp("GET / HTTP/1.1\r\nHost: a\r\n\r\n").protocol, kFailed);
}

TEST(Probe, FindsDnsOverTcpByItsHeader) {
  auto const message = framed(dns(0x0100));
  EXPECT_EQ(from_client(message, 53), kDns);
  EXPECT_EQ(from_client(message, 54), kFailed);
  EXPECT_EQ(from_server(framed(dns(0x8180)), 53), kDns);
  EXPECT_EQ(from_client(message.substr(0, 13), 53), kUnknown);
  EXPECT_EQ(from_client(message.substr(0, 14), 53), kDns);
  EXPECT_EQ(from_client("\0\0"s + message, 53), kFailed);
  EXPECT_EQ(from_client("hello this is no dns at all", 53), kFailed);
  EXPECT_EQ(from_client("GET / HTTP/1.1\r\n\r\n", 53), kHttp);
}

TEST(Probe, FailsAtTheEndWithoutAnAnswer) {
  EXPECT_EQ(detect_protocol({bytes_of("GE"), true, true, kAnyPort, true, true}).protocol, kFailed);
  EXPECT_EQ(from_client(""), kUnknown);
}

}  // namespace
}  // namespace warpline::ids
