// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/hex.hpp"
#include "tests/elements/ids/app/session_pieces.hpp"

/// Records and messages of TLS.
namespace warpline::ids::test::tls {

using Halves = std::vector<unsigned>;

inline std::string halves(Halves const& values) {
  std::string text;
  for (auto const value : values) text += half(value);
  return text;
}
inline std::string with_length(std::string const& text) {
  return half(static_cast<unsigned>(text.size())) + text;
}
inline std::string with_length3(std::string const& text) {
  return static_cast<char>(text.size() >> 16) + with_length(text);
}
inline std::string record(char type, std::string const& text, unsigned version = 0x0303) {
  return type + half(version) + with_length(text);
}
inline std::string message(char type, std::string const& body) { return type + with_length3(body); }
inline std::string extension(unsigned type, std::string const& data) {
  return half(type) + with_length(data);
}
inline std::string server_name(std::string const& name, char type = 0) {
  return extension(0, with_length(type + with_length(name)));
}
inline std::string session_id(std::string const& id) { return static_cast<char>(id.size()) + id; }

struct ClientHello {
  std::string extensions{};
  Halves ciphers{0x1301, 0x002f};
  unsigned version = 0x0303;
  std::string id{};
};
inline std::string client_hello(ClientHello const& hello) {
  using namespace std::string_literals;
  return message(1, half(hello.version) + std::string(32, 'r') + session_id(hello.id) +
                        with_length(halves(hello.ciphers)) + "\1\0"s +
                        with_length(hello.extensions));
}
struct ServerHello {
  std::string extensions{};
  unsigned version = 0x0303;
  std::string id{};
};
inline std::string server_hello(ServerHello const& hello) {
  using namespace std::string_literals;
  return message(2, half(hello.version) + std::string(32, 'r') + session_id(hello.id) +
                        half(0x002f) + "\0"s + with_length(hello.extensions));
}
inline std::string certificates(std::vector<std::string> const& chain) {
  std::string list;
  for (auto const& certificate : chain) list += with_length3(certificate);
  return message(11, with_length3(list));
}

inline std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(hex_value(digits[i]) * 16 + hex_value(digits[i + 1]));
  return bytes;
}

/// A certificate whose subject has an attribute without a short name and a set of two attributes.
inline std::string certificate() {
  return from_hex(
      "3082011e30820103a003020102020400aabb01300a06082a8648ce3d040302300e310c300a06035504030c036973"
      "73"
      "301e170d3230303130323033303430355a170d3439303130323033303430355a305f310b30090603550406130255"
      "53"
      "31163014060355040a0c0d4578616d706c652c20496e632e3122301606035504030c0f7777772e6578616d706c65"
      "2e"
      "636f6d300806035504410c01703114301206092a864886f70d01090116056140622e633059301306072a8648ce3d"
      "02"
      "0106082a8648ce3d0301070342000400000000000000000000000000000000000000000000000000000000000000"
      "00"
      "0000000000000000000000000000000000000000000000000000000000000000300a06082a8648ce3d0403020309"
      "00"
      "3006020101020101");
}

}  // namespace warpline::ids::test::tls
