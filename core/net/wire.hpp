// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/base/hd.hpp"

/// Header layouts as on the wire. Every type has `alignof == 1` and network byte order, so a header
/// at any address may be viewed through a pointer, on the host and on a device.
namespace warpline {

/// An unsigned big-endian integer of `sizeof(T)` bytes without alignment.
template <class T>
struct BigEndian {
  static_assert(std::endian::native == std::endian::little);
  std::uint8_t bytes[sizeof(T)];

  WARPLINE_HD constexpr T host() const {
#if !defined(__CUDA_ARCH__)
    // g++ 12 does not turn the loop into one load and one instruction.
    if (!std::is_constant_evaluated()) {
      T value;
      std::memcpy(&value, bytes, sizeof value);
      if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
      if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
      if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
    }
#endif
    T value = 0;
    for (auto byte : bytes) value = static_cast<T>((value << 7) << 1 | byte);
    return value;
  }
  WARPLINE_HD constexpr void set(T value) {
    for (unsigned i = 0; i < sizeof(T); ++i)
      bytes[i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(T) - 1 - i)));
  }
  WARPLINE_HD static constexpr BigEndian of(T value) {
    BigEndian result{};
    result.set(value);
    return result;
  }
  WARPLINE_HD friend constexpr bool operator==(BigEndian const& a, BigEndian const& b) {
    return a.host() == b.host();
  }
};

using be16 = BigEndian<std::uint16_t>;
using be32 = BigEndian<std::uint32_t>;
using be64 = BigEndian<std::uint64_t>;

/// Reads a big-endian number at any place of a packet.
WARPLINE_HD inline std::uint16_t load_be16(std::uint8_t const* bytes) {
  return reinterpret_cast<be16 const*>(bytes)->host();
}

namespace ether {
inline constexpr std::uint16_t kIpv4 = 0x0800, kArp = 0x0806, kVlan = 0x8100, kIpv6 = 0x86dd;

/// A MAC address.
struct Address {
  std::uint8_t bytes[6];
  WARPLINE_HD constexpr bool is_group() const { return (bytes[0] & 1) != 0; }
  friend constexpr bool operator==(Address const&, Address const&) = default;
};

/// IEEE 802.3, without VLAN tags.
struct Header {
  Address destination;
  Address source;
  be16 type;

  /// Swaps source and destination. The twelve bytes are rotated by six in two words: a swap of
  /// six-byte values goes through the stack and costs five more stores.
  WARPLINE_HD void swap_addresses() {
    std::uint64_t low;
    std::uint32_t high;
    std::memcpy(&low, destination.bytes, sizeof low);
    std::memcpy(&high, source.bytes + 2, sizeof high);
    auto const turned_low = low >> 48 | static_cast<std::uint64_t>(high) << 16 | low << 48;
    auto const turned_high = static_cast<std::uint32_t>(low >> 16);
    std::memcpy(destination.bytes, &turned_low, sizeof turned_low);
    std::memcpy(source.bytes + 2, &turned_high, sizeof turned_high);
  }
};
inline constexpr unsigned kSize = sizeof(Header);
}  // namespace ether

/// Internet protocol numbers (IANA registry).
namespace protocol {
inline constexpr std::uint8_t kIcmp = 1, kIpv4 = 4, kTcp = 6, kUdp = 17, kIpv6 = 41, kEsp = 50,
                              kIcmp6 = 58, kNone = 59, kSctp = 132;
}

namespace ipv4 {
/// RFC 791 section 3.1.
struct Header {
  std::uint8_t version_ihl;
  std::uint8_t tos;
  be16 total_length;
  be16 id;
  be16 fragment;
  std::uint8_t ttl;
  std::uint8_t protocol;
  be16 checksum;
  be32 source;
  be32 destination;

  WARPLINE_HD constexpr unsigned version() const { return version_ihl >> 4; }
  WARPLINE_HD constexpr unsigned header_size() const { return (version_ihl & 15u) * 4; }
};
inline constexpr unsigned kSize = sizeof(Header);
}  // namespace ipv4

namespace ipv6 {
/// An IPv6 address.
struct Address {
  std::uint8_t bytes[16];
  friend constexpr bool operator==(Address const&, Address const&) = default;
};
/// RFC 8200 section 3.
struct Header {
  be32 version_class_flow;
  be16 payload_length;
  std::uint8_t next_header;
  std::uint8_t hop_limit;
  Address source;
  Address destination;
};
inline constexpr unsigned kSize = sizeof(Header);
}  // namespace ipv6

namespace udp {
/// RFC 768.
struct Header {
  be16 source;
  be16 destination;
  be16 length;
  be16 checksum;
};
inline constexpr unsigned kSize = sizeof(Header);
}  // namespace udp

namespace tcp {
/// RFC 9293 section 3.1, without options.
struct Header {
  be16 source;
  be16 destination;
  be32 sequence;
  be32 acknowledgment;
  std::uint8_t data_offset;
  std::uint8_t flags;
  be16 window;
  be16 checksum;
  be16 urgent;
  WARPLINE_HD constexpr unsigned header_size() const { return (data_offset >> 4) * 4u; }
};
inline constexpr unsigned kSize = sizeof(Header);
}  // namespace tcp

namespace esp {
/// RFC 4303 section 2: the IV, if any, follows.
struct Header {
  be32 spi;
  be32 sequence;
};
inline constexpr unsigned kSize = sizeof(Header);
/// RFC 4303 section 2.4: the padding precedes it, the ICV follows it.
struct Trailer {
  std::uint8_t pad_length;
  std::uint8_t next_header;
};
}  // namespace esp

static_assert(alignof(be64) == 1 && sizeof(be64) == 8);
static_assert(alignof(ether::Header) == 1 && sizeof(ether::Header) == 14);
static_assert(alignof(ipv4::Header) == 1 && sizeof(ipv4::Header) == 20);
static_assert(alignof(ipv6::Header) == 1 && sizeof(ipv6::Header) == 40);
static_assert(alignof(udp::Header) == 1 && sizeof(udp::Header) == 8);
static_assert(alignof(tcp::Header) == 1 && sizeof(tcp::Header) == 20);
static_assert(alignof(esp::Header) == 1 && sizeof(esp::Header) == 8);

}  // namespace warpline
