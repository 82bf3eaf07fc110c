// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/evasion/http_pieces.hpp"

#include <cstdio>

namespace warpline::ids::testing {

using namespace std::string_literals;

namespace {

/// A content of these bytes.
std::string content(std::string const& bytes) {
  std::string hex;
  for (auto const byte : bytes) {
    char text[4];
    std::snprintf(text, sizeof text, "%s%02x", hex.empty() ? "" : " ",
                  static_cast<unsigned>(static_cast<std::uint8_t>(byte)));
    hex += text;
  }
  return "content:\"|" + hex + "|\"; ";
}

}  // namespace

std::string exact_rule(Seen const& seen, std::uint32_t sid) {
  constexpr std::size_t kLong = 1000;  // Suricata reads rules up to 8,191 bytes
  auto const& text = seen.text;
  auto const matches = text.size() < kLong
                           ? content(text)
                           : content(text.substr(0, kLong)) + "startswith; " +
                                 content(text.substr(text.size() - kLong)) + "endswith; ";
  return "alert http any any -> any any (" + seen.keywords + "; " + matches +
         "bsize:" + std::to_string(text.size()) + "; sid:" + std::to_string(sid) + ";)\n";
}

EvasionCase http_case(std::string name, Traffic traffic, std::vector<Seen> const& seen) {
  EvasionCase test{std::move(name), std::move(traffic), {}, ""};
  for (auto const& one : seen) {
    test.expected.push_back(static_cast<std::uint32_t>(test.expected.size() + 1));
    test.rules += exact_rule(one, test.expected.back());
  }
  return test;
}

Traffic talk(std::string const& request, std::string const& response) {
  Traffic traffic;
  traffic.handshake().send(true, request).send(false, "");
  return traffic.send(false, response).send(true, "").close();
}

Traffic talk_in_pieces(std::string const& request, std::string const& response, std::size_t size) {
  Traffic traffic;
  traffic.handshake();
  for (std::size_t i = 0; i < request.size(); i += size)
    traffic.send(true, request.substr(i, size)).send(false, "");
  for (std::size_t i = 0; i < response.size(); i += size)
    traffic.send(false, response.substr(i, size)).send(true, "");
  return traffic.close();
}

std::string const kPlain = "a body with an attack in it";
std::string const kDeflated =
    "\x4b\x54\x48\xca\x4f\xa9\x54\x28\xcf\x2c\xc9\x50\x48\xcc\x53\x48\x2c\x29\x49\x4c\xce\x56\xc8"
    "\xcc\x53\xc8\x2c\x01\x00"s;
std::string const kZlib = "\x78\xda"s + kDeflated + "\x84\xb5\x09\x87"s;
std::string const kGzip =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"s + kDeflated + "\x1f\xb8\x55\x49\x1b\x00\x00\x00"s;

std::string response(std::string const& lines, std::string const& body) {
  return "HTTP/1.1 200 OK\r\n" + lines + "\r\n" + body;
}

std::string chunked(std::string const& body, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < body.size(); i += size) {
    auto const chunk = body.substr(i, size);
    char line[16];
    std::snprintf(line, sizeof line, "%zx\r\n", chunk.size());
    text += line + chunk + "\r\n";
  }
  return text + "0\r\n\r\n";
}

}  // namespace warpline::ids::testing
