// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/policy/flow_key.hpp"

#include <cstddef>

namespace warpline::ipsec {
namespace {

std::uint64_t load_be64(std::uint8_t const* from) {
  return reinterpret_cast<be64 const*>(from)->host();
}

constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kAuthentication = 51,
                       kDestination = 60;

bool is_extension(std::uint8_t number) {
  return number == kHopByHop || number == kRouting || number == kFragment ||
         number == kAuthentication || number == kDestination;
}

void set_unseen(std::uint8_t number, Unseen unseen, FlowKey& key) {
  key.transport = FlowKey::opaque(number);
  key.unseen = unseen;
}

/// A fragment that does not contain what follows the IP headers.
void set_later_fragment(std::uint8_t number, FlowKey& key) {
  set_unseen(number, port_kind(number) == PortKind::kNone ? Unseen::kNothing : Unseen::kPorts, key);
}

/// `size` bytes are left after the IP headers.
void set_transport(std::uint8_t number, std::uint8_t const* header, std::uint32_t size,
                   FlowKey& key) {
  auto const kind = port_kind(number);
  key.unseen = Unseen::kNothing;
  if (kind == PortKind::kNone)
    key.transport = FlowKey::opaque(number);
  else if (kind == PortKind::kPorts && size >= 4)
    key.transport = FlowKey::ports(number, load_be16(header), load_be16(header + 2));
  else if (kind == PortKind::kTypeAndCode && size >= 2)
    key.transport = FlowKey::ports(number, header[0], header[1]);
  else
    set_unseen(number, Unseen::kPorts, key);
}

/// Skips extension headers (RFC 8200 section 4).
void set_transport_v6(std::uint8_t number, std::uint8_t const* header, std::uint32_t size,
                      FlowKey& key) {
  constexpr unsigned kMaxHeaders = 8;
  for (unsigned skipped = 0; is_extension(number); ++skipped) {
    if (skipped == kMaxHeaders || size < 8)
      return set_unseen(FlowKey::kNoProtocol, Unseen::kProtocol, key);
    std::uint32_t length = (header[1] + 1u) * 8;
    if (number == kAuthentication) length = (header[1] + 2u) * 4;
    if (number == kFragment) {
      bool const later = load_be16(header + 2) >> 3 != 0;
      if (later && is_extension(header[0]))
        return set_unseen(FlowKey::kNoProtocol, Unseen::kProtocol, key);
      if (later) return set_later_fragment(header[0], key);
      length = 8;
    }
    if (size < length) return set_unseen(FlowKey::kNoProtocol, Unseen::kProtocol, key);
    number = header[0];
    header += length;
    size -= length;
  }
  set_transport(number, header, size, key);
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
    if (later_fragment)
      set_later_fragment(header.protocol, key);
    else
      set_transport(header.protocol, ip + length, size - length, key);
    return true;
  }
  if (ip[0] >> 4 != 6 || size < ipv6::kSize) return false;
  auto const& header = *reinterpret_cast<ipv6::Header const*>(ip);
  key.version = 6;
  for (std::size_t word = 0; word < 2; ++word) {
    key.source[word] = load_be64(header.source.bytes + 8 * word);
    key.destination[word] = load_be64(header.destination.bytes + 8 * word);
  }
  set_transport_v6(header.next_header, ip + ipv6::kSize, size - ipv6::kSize, key);
  return true;
}

}  // namespace warpline::ipsec
