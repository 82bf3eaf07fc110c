// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/net/wire.hpp"

namespace warpline {

/// Adds the 16-bit words of `bytes` to `sum` (RFC 1071); an odd last byte is the high half of a
/// word. The sum is not folded, which suffices for 64 KiB in total. Calls may be chained if all
/// sizes but the last are even.
WARPLINE_HD constexpr std::uint32_t checksum_sum(Bytes bytes, std::uint32_t sum = 0) {
  std::uint32_t i = 0;
  for (; i + 1 < bytes.size; i += 2)
    sum += static_cast<std::uint32_t>(bytes.data[i] << 8 | bytes.data[i + 1]);
  if (i < bytes.size) sum += static_cast<std::uint32_t>(bytes.data[i] << 8);
  return sum;
}

/// The checksum field for a sum: folded to 16 bits and complemented.
WARPLINE_HD constexpr std::uint16_t checksum_of(std::uint32_t sum) {
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

/// True for bytes that contain their own checksum, such as an IPv4 header.
WARPLINE_HD constexpr bool checksum_holds(Bytes bytes) {
  return checksum_of(checksum_sum(bytes)) == 0;
}

/// The checksum after one 16-bit word of the data has changed (RFC 1624 section 3, equation 3).
WARPLINE_HD constexpr std::uint16_t checksum_update(std::uint16_t checksum, std::uint16_t before,
                                                    std::uint16_t after) {
  return checksum_of((checksum ^ 0xffffu) + (before ^ 0xffffu) + after);
}

/// Changes the TTL and updates the header checksum. A wrong checksum stays wrong by the same
/// amount.
WARPLINE_HD constexpr void set_ttl(ipv4::Header& ip, std::uint8_t ttl) {
  auto const before = static_cast<std::uint16_t>(ip.ttl << 8 | ip.protocol);
  auto const after = static_cast<std::uint16_t>(ttl << 8 | ip.protocol);
  ip.checksum.set(checksum_update(ip.checksum.host(), before, after));
  ip.ttl = ttl;
}

}  // namespace warpline
