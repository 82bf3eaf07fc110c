// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/flow_key.hpp"

#include <cstddef>

namespace warpline::ipsec {
namespace {

std::uint64_t load_be64(std::uint8_t const* from) {
  return reinterpret_cast<be64 const*>(from)->host();
}
std::uint16_t load_be16(std::uint8_t const* from) {
  return reinterpret_cast<be16 const*>(from)->host();
}

/// `size` bytes are left behind the IP headers.
std::uint64_t transport_of(std::uint8_t number, std::uint8_t const* header, std::uint32_t size) {
  switch (port_kind(number)) {
    case PortKind::kPorts:
      if (size < 4) break;
      return FlowKey::ports(number, load_be16(header), load_be16(header + 2));
    case PortKind::kTypeAndCode:
      if (size < 2) break;
      return FlowKey::ports(number, header[0], header[1]);
    case PortKind::kNone:
      break;
  }
  return FlowKey::opaque(number);
}

/// Skips extension headers (RFC 8200 section 4).
std::uint64_t transport_v6(std::uint8_t number, std::uint8_t const* header, std::uint32_t size) {
  constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kAuthentication = 51,
                         kDestination = 60;
  constexpr unsigned kMostHeaders = 8;
  for (unsigned skipped = 0;; ++skipped) {
    bool const extension = number == kHopByHop || number == kRouting || number == kFragment ||
                           number == kAuthentication || number == kDestination;
    if (!extension) return transport_of(number, header, size);
    if (skipped == kMostHeaders || size < 8) return FlowKey::opaque(number);
    std::uint32_t length = (header[1] + 1u) * 8;
    if (number == kAuthentication) length = (header[1] + 2u) * 4;
    if (number == kFragment) {
      if (load_be16(header + 2) >> 3 != 0) return FlowKey::opaque(header[0]);
      length = 8;
    }
    if (size < length) return FlowKey::opaque(number);
    number = header[0];
    header += length;
    size -= length;
  }
}

}  // namespace

bool read_flow_key(std::uint8_t const* ip, std::uint32_t size, FlowKey& key) noexcept {
  if (size < ipv4::kSize) return false;
  if (ip[0] >> 4 == 4) {
    auto const& header = *reinterpret_cast<ipv4::Header const*>(ip);
    std::uint32_t const length = header.header_size();
    if (length < ipv4::kSize || length > size) return false;
    key.version = 4;
    key.source[0] = static_cast<std::uint64_t>(header.source.host()) << 32;
    key.destination[0] = static_cast<std::uint64_t>(header.destination.host()) << 32;
    key.source[1] = key.destination[1] = 0;
    bool const later_fragment = (header.fragment.host() & 0x1fff) != 0;
    key.transport = later_fragment ? FlowKey::opaque(header.protocol)
                                   : transport_of(header.protocol, ip + length, size - length);
    return true;
  }
  if (ip[0] >> 4 != 6 || size < ipv6::kSize) return false;
  auto const& header = *reinterpret_cast<ipv6::Header const*>(ip);
  key.version = 6;
  for (std::size_t word = 0; word < 2; ++word) {
    key.source[word] = load_be64(header.source.bytes + 8 * word);
    key.destination[word] = load_be64(header.destination.bytes + 8 * word);
  }
  key.transport = transport_v6(header.next_header, ip + ipv6::kSize, size - ipv6::kSize);
  return true;
}

}  // namespace warpline::ipsec
