// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// Pieces of frames, to be joined from the outside to the inside.
namespace warpline::test {

inline std::string be(unsigned value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}
inline std::string ethernet(unsigned type) { return std::string(12, '\x02') + be(type); }
inline std::string ip4(unsigned protocol, std::string const& rest, unsigned fragment = 0) {
  using namespace std::string_literals;
  return "\x45\0"s + be(static_cast<unsigned>(20 + rest.size())) + "\0\0"s + be(fragment) +
         "\x40"s + static_cast<char>(protocol) + "\0\0\x0a\0\0\x01\x0a\0\0\x02"s + rest;
}
inline std::string udp(unsigned source, unsigned destination, std::string const& payload) {
  using namespace std::string_literals;
  return be(source) + be(destination) + be(static_cast<unsigned>(8 + payload.size())) + "\0\0"s +
         payload;
}

}  // namespace warpline::test
