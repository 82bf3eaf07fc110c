// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/net/wire.hpp"

namespace warpline::ipsec {

/// A set of IPv4 or IPv6 addresses that begin alike.
struct IpPrefix {
  unsigned version = 4;  ///< 4 or 6
  std::array<std::uint8_t, 16>
      bytes{};          ///< network order; IPv4 in the first four; zero behind `length`
  unsigned length = 0;  ///< bits, at most 32 or 128

  unsigned width() const { return version == 4 ? 32 : 128; }
  friend bool operator==(IpPrefix const&, IpPrefix const&) = default;
};

/// `10.0.0.1`; none where the text is not an IPv4 address.
std::optional<be32> parse_ipv4(std::string const& text);

/// `10.0.0.0/8`, `2001:db8::/32`, or an address alone; bits behind the length are cleared, as Linux
/// does. None where the text is neither, or the length exceeds the address.
std::optional<IpPrefix> parse_prefix(std::string const& text);

}  // namespace warpline::ipsec
