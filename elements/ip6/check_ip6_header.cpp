// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"
#include "core/net/vlan.hpp"
#include "core/net/wire.hpp"

namespace warpline {

/// Lets through what is a correct IPv6 header behind Ethernet (RFC 8200 section 3).
///
///     FromInput -> CheckIP6Header -> DecIP6HLIM -> ToOutput;
///
/// Behind it an element may rely on the header and the payload it announces being within the frame.
///
/// Ports: 1 in, 1 out.
/// Arguments: none.
/// Drops: truncated (the frame ends within the header), vlan (a tag is before IP), not_ipv6 (another
/// Ethernet type), ip6_bad_version, ip6_bad_length (the payload goes beyond the frame), ip6_bad_source (a multicast
/// address, RFC 4291 section 2.7).
class CheckIP6Header final : public PacketElement<CheckIP6Header> {
 public:
  explicit CheckIP6Header(Args&) {}

  Verdict operator()(Packet& packet) const {
    auto const* frame = packet.header<ether::Header>(0);
    if (frame == nullptr) return drop<"truncated">();
    if (frame->type.host() != ether::kIpv6)
      return is_vlan(frame->type) ? drop<"vlan">() : drop<"not_ipv6">();
    auto const* ip = packet.header<ipv6::Header>(ether::kSize);
    if (ip == nullptr) return drop<"truncated">();
    if (ip->version_class_flow.bytes[0] >> 4 != 6) return drop<"ip6_bad_version">();
    if (ether::kSize + ipv6::kSize + ip->payload_length.host() > packet.length)
      return drop<"ip6_bad_length">();
    if (ip->source.bytes[0] == 0xff) return drop<"ip6_bad_source">();
    return forward();
  }
};
WARPLINE_ELEMENT(CheckIP6Header);

}  // namespace warpline
