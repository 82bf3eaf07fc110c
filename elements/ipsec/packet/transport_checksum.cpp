// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/packet/transport_checksum.hpp"

#include <cstddef>

#include "core/net/checksum.hpp"
#include "core/net/ip6_headers.hpp"
#include "core/net/wire.hpp"

namespace warpline::ipsec {
namespace {

void renew_udp(MutableBytes text, std::uint32_t addresses) {
  if (text.size < udp::kSize) return;
  auto& udp = *reinterpret_cast<udp::Header*>(text.data);
  std::uint32_t const size = udp.length.host();
  if (udp.checksum.host() == 0 || size < udp::kSize || size > text.size) return;
  udp.checksum.set(0);
  auto const checksum =
      checksum_of(checksum_sum({text.data, size}, addresses + protocol::kUdp + size));
  udp.checksum.set(checksum == 0 ? 0xffff : checksum);
}

void renew_tcp(MutableBytes text, std::uint32_t addresses) {
  if (text.size < tcp::kSize) return;
  auto& tcp = *reinterpret_cast<tcp::Header*>(text.data);
  tcp.checksum.set(0);
  tcp.checksum.set(checksum_of(checksum_sum(text, addresses + protocol::kTcp + text.size)));
}

void renew(std::uint8_t protocol, MutableBytes text, std::uint32_t addresses) {
  if (protocol == protocol::kUdp) renew_udp(text, addresses);
  if (protocol == protocol::kTcp) renew_tcp(text, addresses);
}

}  // namespace

void renew_transport_checksum(MutableBytes ip) noexcept {
  if (ip.data[0] >> 4 == 4) {
    constexpr std::uint16_t kPlace = 0x3fff;  // offset and MF
    auto const& header = *reinterpret_cast<ipv4::Header const*>(ip.data);
    std::uint32_t const size = header.header_size();
    if ((header.fragment.host() & kPlace) != 0) return;
    return renew(header.protocol, {ip.data + size, ip.size - size},
                 checksum_sum({header.source.bytes, 2 * sizeof(be32)}));
  }
  Ip6Headers chain(ip);
  while (chain.is_extension()) {
    if (!chain.is_whole() || chain.in_parts() || chain.has_stops_left()) return;
    chain.step();
  }
  auto const& header = *reinterpret_cast<ipv6::Header const*>(ip.data);
  renew(chain.next(), {ip.data + chain.offset(), ip.size - chain.offset()},
        checksum_sum({header.source.bytes, 2 * sizeof(ipv6::Address)}));
}

}  // namespace warpline::ipsec
