// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/net/ip_address.hpp"
#include "elements/ids/rules/interval_set.hpp"

namespace warpline::ids {

/// A set of IPv4 and IPv6 addresses.
struct AddressSet {
  IntervalSet<std::uint32_t> ipv4;
  IntervalSet<Number128> ipv6;

  static AddressSet all() {
    return {IntervalSet<std::uint32_t>::all(), IntervalSet<Number128>::all()};
  }
  bool empty() const { return ipv4.empty() && ipv6.empty(); }
  bool is_all() const { return ipv4.is_all() && ipv6.is_all(); }
  bool contains(IpAddress const& address) const;
  void add(AddressSet const& other) {
    ipv4.add(other.ipv4);
    ipv6.add(other.ipv6);
  }
  void remove(AddressSet const& other) {
    ipv4.remove(other.ipv4);
    ipv6.remove(other.ipv6);
  }
  friend bool operator==(AddressSet const&, AddressSet const&) = default;
};

/// An address as a number in host order; `address` must have the version that the type needs.
std::uint32_t number_of_ipv4(IpAddress const& address);
Number128 number_of_ipv6(IpAddress const& address);

/// Parses an address, a prefix such as `10.0.0.0/8`, or a range such as `10.0.0.1-10.0.0.9`. Empty
/// if it is none of these, or if a range ends before it begins.
std::optional<AddressSet> parse_addresses(std::string const& text);

}  // namespace warpline::ids
