// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/net/ip_prefix.hpp"

#include <algorithm>

#include "core/base/numbers.hpp"

namespace warpline {

std::uint64_t IpPrefix::hosts() const {
  auto const host_bits = width() - length;
  if (address.version == 6) return std::uint64_t{1} << std::min(host_bits, 32u);
  auto const addresses = std::uint64_t{1} << host_bits;
  return host_bits < 2 ? addresses : addresses - 2;
}

IpAddress IpPrefix::host(std::uint64_t index) const {
  auto host = address;
  auto number = address.version == 4 && length < 31 ? index + 1 : index;
  for (unsigned byte = width() / 8; byte-- > 0 && number > 0; number >>= 8)
    host.bytes[byte] = static_cast<std::uint8_t>(host.bytes[byte] | (number & 0xff));
  return host;
}

std::optional<IpPrefix> parse_prefix(std::string const& text, HostBits host_bits) {
  auto const slash = text.find('/');
  auto const address = parse_ip_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpPrefix prefix{*address};
  prefix.length = prefix.width();
  if (slash != std::string::npos) {
    auto const length = to_number<unsigned>(std::string_view(text).substr(slash + 1));
    if (!length || *length > prefix.width()) return std::nullopt;
    prefix.length = *length;
  }
  for (unsigned bit = prefix.length; bit < prefix.width(); ++bit)
    prefix.address.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> bit % 8));
  if (host_bits == HostBits::kRefuse && prefix.address != *address) return std::nullopt;
  return prefix;
}

std::string to_string(IpPrefix const& prefix) {
  return to_string(prefix.address) + "/" + std::to_string(prefix.length);
}

}  // namespace warpline
