// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace warpline::ids {

/// The bytes in which a rule's keywords search. A packet or a stream has `kPayload`; the headers
/// are those of a packet.
enum class Buffer : std::uint8_t {
  kPayload,
  kIpv4Header,
  kIpv6Header,
  kTcpHeader,
  kUdpHeader,
  kIcmpv4Header,
  kIcmpv6Header,
  kSourceAddress,
  kDestinationAddress,
};
inline constexpr std::size_t kBuffers = 9;

/// The keyword that selects a buffer for the keywords after it.
struct BufferKeyword {
  std::string_view name;
  Buffer buffer;
};
inline constexpr std::array<BufferKeyword, kBuffers> kBufferKeywords{{
    {"pkt_data", Buffer::kPayload},
    {"ipv4.hdr", Buffer::kIpv4Header},
    {"ipv6.hdr", Buffer::kIpv6Header},
    {"tcp.hdr", Buffer::kTcpHeader},
    {"udp.hdr", Buffer::kUdpHeader},
    {"icmpv4.hdr", Buffer::kIcmpv4Header},
    {"icmpv6.hdr", Buffer::kIcmpv6Header},
    {"ip.src", Buffer::kSourceAddress},
    {"ip.dst", Buffer::kDestinationAddress},
}};

constexpr std::string_view name_of(Buffer buffer) {
  for (auto const& keyword : kBufferKeywords)
    if (keyword.buffer == buffer) return keyword.name;
  return {};
}

}  // namespace warpline::ids
