// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/net/ip_address.hpp"

namespace warpline {

/// A range of IPv4 or IPv6 addresses with the same first bits: `10.1.0.0/16`, `2001:db8::/64`.
struct IpPrefix {
  IpAddress address;    ///< bits after the first `length` are zero
  unsigned length = 0;  ///< bits, at most 32 or 128

  unsigned width() const { return address.version == 4 ? 32 : 128; }

  /// Number of addresses for hosts, at most 2^32. An IPv4 prefix of up to 30 bits does not count its
  /// network and broadcast addresses.
  std::uint64_t hosts() const;

  /// The host address number `index`, which is less than `hosts()`.
  IpAddress host(std::uint64_t index) const;

  friend bool operator==(IpPrefix const&, IpPrefix const&) = default;
};

/// What `parse_prefix` does with bits that are set after the prefix length.
enum class HostBits : bool { kClear, kRefuse };

/// Parses `10.0.0.0/8`, `2001:db8::/32` or an address alone. Clears the host bits by default, as
/// Linux does. No value if the text is none of these, or the length exceeds the address.
std::optional<IpPrefix> parse_prefix(std::string const& text,
                                     HostBits host_bits = HostBits::kClear);

/// Formats a prefix as ADDRESS/LENGTH.
std::string to_string(IpPrefix const& prefix);

}  // namespace warpline
