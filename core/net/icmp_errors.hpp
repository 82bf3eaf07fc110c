// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/net/wire.hpp"

/// About which packets ICMP errors may be sent, and to whom (RFC 1122 section 3.2.2, RFC 4443 section
/// 2.4(e)).
namespace warpline {

namespace icmp {
inline constexpr std::uint32_t kSize = 8;  ///< bytes of the header of an error
}

/// True for the address of one host, not of this network, loopback, a group, the future or broadcast
/// (RFC 1122 section 3.2.1.3).
constexpr bool is_host(be32 const& address) {
  auto const first = address.bytes[0];
  return first != 0 && first != 127 && first < 224;
}

/// True for the address of one host, not unspecified, loopback or a group.
constexpr bool is_host(ipv6::Address const& address) {
  ipv6::Address unspecified{}, loopback{};
  loopback.bytes[15] = 1;
  return address.bytes[0] != 0xff && address != unspecified && address != loopback;
}

/// True for the types of ICMP that are errors: destination unreachable, source quench, redirect, time
/// exceeded, parameter problem.
constexpr bool is_icmp4_error(std::uint8_t type) {
  return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/// True for the types of ICMPv6 that are errors, and for a redirect, which must not be answered
/// either.
constexpr bool is_icmp6_error(std::uint8_t type) {
  constexpr std::uint8_t kRedirect = 137;
  return type < 128 || type == kRedirect;
}

}  // namespace warpline
