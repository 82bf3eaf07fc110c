// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/net/wire.hpp"

namespace warpline::ids::testing {

/// Builds Ethernet frames with IPv4 in one buffer, without allocation. Checksums are 0.
class Frames {
 public:
  static constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;
  static constexpr std::uint32_t kClient = 0x0a000001, kServer = 0xc0000201;

  struct Ends {
    std::uint32_t source = kClient, destination = kServer;
    std::uint16_t source_port = 40000, destination_port = 80;
    Ends reversed() const { return {destination, source, destination_port, source_port}; }
  };

  /// `scale`: of the window, as an option if it is not 0.
  Bytes tcp(Ends const& ends, std::uint8_t flags, std::uint32_t sequence,
            std::uint32_t acknowledgment, std::string_view data = {}, std::uint8_t scale = 0) {
    std::uint32_t const options = scale != 0 ? 4 : 0;
    auto* const header = ip(ends, 6, static_cast<std::uint32_t>(20 + options + data.size()), 0);
    std::memset(header, 0, 24);
    half(header, ends.source_port);
    half(header + 2, ends.destination_port);
    word(header + 4, sequence);
    word(header + 8, acknowledgment);
    header[12] = static_cast<std::uint8_t>((20 + options) / 4 << 4);
    header[13] = flags;
    half(header + 14, 65535);
    if (scale != 0) header[20] = 3, header[21] = 3, header[22] = scale;
    return add(header + 20 + options, data);
  }
  Bytes udp(Ends const& ends, std::string_view data) {
    auto* const header = ip(ends, 17, static_cast<std::uint32_t>(8 + data.size()), 0);
    half(header, ends.source_port);
    half(header + 2, ends.destination_port);
    half(header + 4, static_cast<std::uint32_t>(8 + data.size()));
    half(header + 6, 0);
    return add(header + 8, data);
  }
  /// `offset`: in bytes, a multiple of 8. `data`: with the transport header, if it is the first one.
  Bytes fragment(Ends const& ends, std::uint16_t identification, std::uint32_t offset, bool more,
                 std::string_view data) {
    auto* const begin =
        ip(ends, 17, static_cast<std::uint32_t>(data.size()), offset / 8 | (more ? 0x2000u : 0u));
    half(bytes_ + 14 + 4, identification);
    return add(begin, data);
  }

 private:
  static void half(std::uint8_t* at, std::uint32_t value) {
    at[0] = static_cast<std::uint8_t>(value >> 8);
    at[1] = static_cast<std::uint8_t>(value);
  }
  static void word(std::uint8_t* at, std::uint32_t value) {
    half(at, value >> 16);
    half(at + 2, value & 0xffff);
  }
  std::uint8_t* ip(Ends const& ends, std::uint8_t protocol, std::uint32_t size,
                   std::uint32_t fragment) {
    std::memset(bytes_, 0, 34);
    bytes_[12] = 8;
    auto* const header = bytes_ + 14;
    header[0] = 0x45;
    half(header + 2, 20 + size);
    half(header + 6, fragment);
    header[8] = 64;
    header[9] = protocol;
    word(header + 12, ends.source);
    word(header + 16, ends.destination);
    return header + 20;
  }
  Bytes add(std::uint8_t* end, std::string_view data) {
    if (!data.empty()) std::memcpy(end, data.data(), data.size());
    return {bytes_, static_cast<std::uint32_t>(end + data.size() - bytes_)};
  }

  std::uint8_t bytes_[66 * 1024];
};

}  // namespace warpline::ids::testing
