// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace warpline {

/// A range of IPv4 or IPv6 addresses: `10.1.0.0/16`, `2001:db8::/64`.
struct AddressPrefix {
  bool ipv6 = false;
  std::array<std::uint8_t, 16> bytes{};  ///< the first 4 for IPv4; bits behind `length` are zero
  unsigned length = 0;                   ///< bits that all addresses share

  /// How many addresses a host can have in it, at most 2^32: for IPv4 without the network's own
  /// and the broadcast address, where there are such.
  std::uint64_t hosts() const;

  /// The host address of number `index` (below `hosts()`), 4 or 16 bytes of it.
  std::array<std::uint8_t, 16> host(std::uint64_t index) const;

  friend bool operator==(AddressPrefix const&, AddressPrefix const&) = default;
};

/// Reads `10.1.0.0/16`, or an address alone as a prefix of one address. Nothing where the text is
/// neither, or has bits set behind its length.
std::optional<AddressPrefix> parse_address_prefix(std::string const& text);

std::string to_string(AddressPrefix const& prefix);

}  // namespace warpline
