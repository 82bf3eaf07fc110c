// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/packet/icmp_too_big.hpp"

#include <algorithm>
#include <cstring>

#include "core/net/checksum.hpp"
#include "core/net/icmp_errors.hpp"
#include "core/net/ip6_headers.hpp"
#include "core/packet/annotations.hpp"
#include "elements/ipsec/esp/sa_tag.hpp"
#include "elements/ipsec/packet/esp_trailer.hpp"

namespace warpline::ipsec {
namespace {

using detail::put;

constexpr std::uint8_t kIcmp6 = 58, kHopLimit = 64;

bool is_group(be32 const& address) { return address.bytes[0] >= 224; }

bool may_be_reported4(Packet const& packet) {
  constexpr std::uint16_t kOffset = 0x1fff;
  auto const& ethernet = *reinterpret_cast<ether::Header const*>(packet.data);
  auto const& ip = *reinterpret_cast<ipv4::Header const*>(packet.data + packet.l2_length);
  std::uint32_t const header = ip.header_size();
  if (ethernet.destination.is_group() || !is_host(ip.source) || is_group(ip.destination) ||
      (ip.fragment.host() & kOffset) != 0)
    return false;
  return ip.protocol != protocol::kIcmp ||
         (packet.ip_length > header && !is_icmp4_error(packet.data[packet.l2_length + header]));
}

bool may_be_reported6(Packet const& packet) {
  auto const& ip = *reinterpret_cast<ipv6::Header const*>(packet.data + packet.l2_length);
  if (!is_host(ip.source)) return false;
  Ip6Headers chain({packet.data + packet.l2_length, packet.ip_length});
  while (chain.is_extension()) {
    if (!chain.is_whole() || chain.is_later_part()) return false;
    chain.step();
  }
  return chain.next() != kIcmp6 ||
         (packet.ip_length > chain.offset() &&
          !is_icmp6_error(packet.data[packet.l2_length + chain.offset()]));
}

/// Number of bytes of the packet that are quoted; 0 if the frame is too short.
std::uint32_t quoted_size(Packet const& error, std::uint32_t size, std::uint32_t l2_length,
                          std::uint32_t ip_header, std::uint32_t max_size, std::uint32_t min_size) {
  std::uint32_t const before = ip_header + icmp::kSize;
  std::uint32_t const room =
      error.tailroom < l2_length + before ? 0 : error.tailroom - l2_length - before;
  auto const quoted = std::min({size, max_size - before, room});
  return quoted < std::min(size, min_size) ? 0 : quoted;
}

}  // namespace

bool is_single_host(IpAddress const& address) noexcept {
  if (address.version == 4) return is_host(*reinterpret_cast<be32 const*>(address.bytes.data()));
  return is_host(*reinterpret_cast<ipv6::Address const*>(address.bytes.data()));
}

bool may_be_reported(Packet const& packet) noexcept {
  return is_ipv4(packet) ? may_be_reported4(packet) : may_be_reported6(packet);
}

bool write_too_big(Packet& error, Packet const& packet, IpAddress const& from,
                   std::uint32_t mtu) noexcept {
  constexpr std::uint32_t kMinQuoted = 8, kMax4 = 576, kMax6 = 1280;
  auto const* const about = packet.data + packet.l2_length;
  bool const v4 = is_ipv4(packet);
  std::uint32_t const header = v4 ? ipv4::kSize : ipv6::kSize;
  std::uint32_t const min_size =
      kMinQuoted + (v4 ? reinterpret_cast<ipv4::Header const*>(about)->header_size() : ipv6::kSize);
  std::uint32_t const l2_length = packet.l2_length;
  auto const quoted =
      quoted_size(error, packet.ip_length, l2_length, header, v4 ? kMax4 : kMax6, min_size);
  if (quoted == 0) return false;
  std::uint32_t const icmp_size = icmp::kSize + quoted;
  error.append(l2_length + header + icmp_size);
  auto& ethernet = *reinterpret_cast<ether::Header*>(error.data);
  std::memcpy(error.data, packet.data, l2_length);
  ethernet.swap_addresses();
  auto* const icmp = error.data + l2_length + header;
  std::memcpy(icmp + icmp::kSize, about, quoted);
  put(icmp + 2, be16::of(0));
  put(icmp + 4, be32::of(mtu));  // of ICMP the first half is unused, and 0
  if (v4) {
    constexpr std::uint8_t kInternetworkControl = 0xc0;  // RFC 1812 section 4.3.2.5
    icmp[0] = 3;
    icmp[1] = 4;
    put(icmp + 2, be16::of(checksum_of(checksum_sum({icmp, icmp_size}))));
    auto& ip = *reinterpret_cast<ipv4::Header*>(error.data + l2_length);
    ip = {};
    ip.version_ihl = 0x45;
    ip.tos = kInternetworkControl;
    ip.total_length.set(static_cast<std::uint16_t>(header + icmp_size));
    ip.fragment.set(InnerPacket::kDontFragment);  // so that 0 will do as identification (RFC 6864)
    ip.ttl = kHopLimit;
    ip.protocol = protocol::kIcmp;
    std::memcpy(ip.source.bytes, from.bytes.data(), sizeof ip.source);
    ip.destination = reinterpret_cast<ipv4::Header const*>(about)->source;
    ip.checksum.set(checksum_of(checksum_sum({&ip.version_ihl, header})));
  } else {
    icmp[0] = 2;
    icmp[1] = 0;
    auto& ip = *reinterpret_cast<ipv6::Header*>(error.data + l2_length);
    ip.version_class_flow.set(0x60000000);
    ip.payload_length.set(static_cast<std::uint16_t>(icmp_size));
    ip.next_header = kIcmp6;
    ip.hop_limit = kHopLimit;
    std::memcpy(ip.source.bytes, from.bytes.data(), sizeof ip.source);
    ip.destination = reinterpret_cast<ipv6::Header const*>(about)->source;
    auto const addresses = checksum_sum({ip.source.bytes, 2 * sizeof(ipv6::Address)});
    put(icmp + 2,
        be16::of(checksum_of(checksum_sum({icmp, icmp_size}, addresses + kIcmp6 + icmp_size))));
  }
  error.in_port = error.out_port = packet.in_port;
  error.paint = packet.paint;
  error.tag = SaTag::kNoSa;
  parse<Annotation::kNetwork>(error);
  return true;
}

}  // namespace warpline::ipsec
