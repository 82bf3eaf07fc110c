// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace warpline {

/// An IPv4 or IPv6 address.
struct IpAddress {
  unsigned version = 4;                  ///< 4 or 6
  std::array<std::uint8_t, 16> bytes{};  ///< network order; IPv4 in the first four, then zeros

  /// True for 0.0.0.0 and ::, which no host has.
  bool is_unspecified() const { return bytes == std::array<std::uint8_t, 16>{}; }
  friend bool operator==(IpAddress const&, IpAddress const&) = default;
};

/// Parses `10.0.0.1` or `2001:db8::1`; no value if the text is neither.
std::optional<IpAddress> parse_ip_address(std::string const& text);

/// Formats an address, IPv6 as in RFC 5952.
std::string to_string(IpAddress const& address);

}  // namespace warpline
