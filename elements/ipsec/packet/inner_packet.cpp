// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/packet/inner_packet.hpp"

namespace warpline::ipsec {

Verdict refuse_inner(Packet const& packet) noexcept {
  using namespace header_flag;
  auto const flags = packet.flags;
  if ((flags & (kIpv4 | kIpv6)) == 0) {
    if ((flags & kMalformed) != 0) return drop<"truncated">();
    auto const* const type = packet.data + packet.l2_length - sizeof(be16);
    return is_vlan(load_be16(type)) ? drop<"vlan">() : drop<"not_ip">();
  }
  auto const header = (flags & kIpv4) != 0 ? ipv4::kSize : ipv6::kSize;
  if (packet.length < packet.l2_length + header) return drop<"truncated">();
  return (flags & kMalformed) != 0 ? drop<"bad_ip_header">() : drop<"truncated">();
}

}  // namespace warpline::ipsec
