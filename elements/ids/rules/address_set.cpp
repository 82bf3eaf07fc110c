// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/address_set.hpp"

#include "core/net/ip_prefix.hpp"
#include "core/net/wire.hpp"

namespace warpline::ids {
namespace {

template <class T>
T load(std::uint8_t const* bytes) {
  return reinterpret_cast<BigEndian<T> const*>(bytes)->host();
}

AddressSet between(IpAddress const& first, IpAddress const& last) {
  AddressSet set;
  if (first.version == 4)
    set.ipv4.add(IntervalSet<std::uint32_t>(number_of_ipv4(first), number_of_ipv4(last)));
  else
    set.ipv6.add(IntervalSet<Number128>(number_of_ipv6(first), number_of_ipv6(last)));
  return set;
}

bool is_ordered(IpAddress const& first, IpAddress const& last) {
  return first.version == last.version && first.bytes <= last.bytes;
}

IpAddress last_of(IpPrefix const& prefix) {
  auto address = prefix.address;
  for (auto bit = prefix.length; bit < prefix.width(); ++bit)
    address.bytes[bit / 8] |= static_cast<std::uint8_t>(0x80 >> bit % 8);
  return address;
}

}  // namespace

std::uint32_t number_of_ipv4(IpAddress const& address) {
  return load<std::uint32_t>(address.bytes.data());
}

Number128 number_of_ipv6(IpAddress const& address) {
  return {load<std::uint64_t>(address.bytes.data()), load<std::uint64_t>(address.bytes.data() + 8)};
}

bool AddressSet::contains(IpAddress const& address) const {
  return address.version == 4 ? ipv4.contains(number_of_ipv4(address))
                              : ipv6.contains(number_of_ipv6(address));
}

std::optional<AddressSet> parse_addresses(std::string const& text) {
  if (auto const dash = text.find('-'); dash != std::string::npos) {
    auto const first = parse_ip_address(text.substr(0, dash));
    auto const last = parse_ip_address(text.substr(dash + 1));
    if (!first || !last || !is_ordered(*first, *last)) return std::nullopt;
    return between(*first, *last);
  }
  auto const prefix = parse_prefix(text);
  if (!prefix) return std::nullopt;
  return between(prefix->address, last_of(*prefix));
}

}  // namespace warpline::ids
