// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/net/ip_prefix.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace warpline::ipsec {

std::optional<be32> parse_ipv4(std::string const& text) {
  be32 address;
  if (inet_pton(AF_INET, text.c_str(), address.bytes) != 1) return std::nullopt;
  return address;
}

std::optional<IpPrefix> parse_prefix(std::string const& text) {
  auto const slash = text.find('/');
  auto const address = text.substr(0, slash);
  IpPrefix prefix;
  if (inet_pton(AF_INET, address.c_str(), prefix.bytes.data()) != 1) {
    prefix.version = 6;
    if (inet_pton(AF_INET6, address.c_str(), prefix.bytes.data()) != 1) return std::nullopt;
  }
  prefix.length = prefix.width();
  if (slash != std::string::npos) {
    auto const* const end = text.data() + text.size();
    auto const [stop, error] = std::from_chars(text.data() + slash + 1, end, prefix.length);
    if (error != std::errc{} || stop != end || prefix.length > prefix.width()) return std::nullopt;
  }
  for (unsigned bit = prefix.length; bit < prefix.width(); ++bit)
    prefix.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> bit % 8));
  return prefix;
}

}  // namespace warpline::ipsec
