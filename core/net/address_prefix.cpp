// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/net/address_prefix.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace warpline {

std::uint64_t AddressPrefix::hosts() const {
  auto const host_bits = (ipv6 ? 128 : 32) - length;
  if (ipv6) return std::uint64_t{1} << std::min(host_bits, 32u);
  auto const addresses = std::uint64_t{1} << host_bits;
  return host_bits < 2 ? addresses : addresses - 2;
}

std::array<std::uint8_t, 16> AddressPrefix::host(std::uint64_t index) const {
  auto address = bytes;
  auto number = !ipv6 && length < 31 ? index + 1 : index;
  for (unsigned byte = ipv6 ? 16 : 4; byte-- > 0 && number > 0; number >>= 8)
    address[byte] = static_cast<std::uint8_t>(address[byte] | (number & 0xff));
  return address;
}

std::optional<AddressPrefix> parse_address_prefix(std::string const& text) {
  AddressPrefix prefix;
  auto const slash = text.find('/');
  auto const address = text.substr(0, slash);
  prefix.ipv6 = address.find(':') != std::string::npos;
  if (inet_pton(prefix.ipv6 ? AF_INET6 : AF_INET, address.c_str(), prefix.bytes.data()) != 1)
    return {};
  unsigned const bits = prefix.ipv6 ? 128 : 32;
  prefix.length = bits;
  if (slash != std::string::npos) {
    auto const* end = text.data() + text.size();
    auto const [stop, error] = std::from_chars(text.data() + slash + 1, end, prefix.length);
    if (error != std::errc() || stop != end || prefix.length > bits) return {};
  }
  for (unsigned bit = prefix.length; bit < bits; ++bit)
    if ((prefix.bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) return {};
  return prefix;
}

std::string to_string(AddressPrefix const& prefix) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(prefix.ipv6 ? AF_INET6 : AF_INET, prefix.bytes.data(), text, sizeof text);
  return std::string(text) + "/" + std::to_string(prefix.length);
}

}  // namespace warpline
