// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace warpline::ids::testing {

/// An Ethernet frame with `payload` in UDP over IPv4.
inline std::string udp_frame(std::string const& payload) {
  using namespace std::string_literals;
  auto const total = static_cast<unsigned>(28 + payload.size());
  auto const be = [](unsigned value) {
    return std::string{static_cast<char>(value >> 8), static_cast<char>(value)};
  };
  return std::string(12, '\2') + "\x08\0\x45\0"s + be(total) + "\0\0\0\0\x40\x11\0\0"s +
         "\x0a\0\0\1\x0a\0\0\2"s + "\x10\0\0\x35"s + be(total - 20) + "\0\0"s + payload;
}

}  // namespace warpline::ids::testing
