// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"
#include "core/net/checksum.hpp"
#include "core/net/vlan.hpp"

namespace warpline {

/// Lets through what is a correct IPv4 header behind Ethernet (RFC 1812 section 5.2.2).
///
///     FromInput -> CheckIPHeader -> DecIPTTL -> ToOutput;
///
/// Behind it an element may rely on a header with its options, and on the total length, being
/// within the frame. What follows the total length, such as Ethernet's padding, is left in place.
///
/// Ports: 1 in, 1 out.
/// Arguments: none.
/// Drops: truncated (the frame ends within the header), vlan (a tag is before IP), not_ipv4 (another
/// Ethernet type), ip_bad_version, ip_bad_header_length (below 20 bytes), ip_bad_length (below the header's length
/// or beyond the frame), ip_bad_checksum.
class CheckIPHeader final : public PacketElement<CheckIPHeader> {
 public:
  explicit CheckIPHeader(Args&) {}

  Verdict operator()(Packet& packet) const {
    auto const* frame = packet.header<ether::Header>(0);
    if (frame == nullptr) return drop<"truncated">();
    if (frame->type.host() != ether::kIpv4)
      return is_vlan(frame->type) ? drop<"vlan">() : drop<"not_ipv4">();
    auto const* ip = packet.header<ipv4::Header>(ether::kSize);
    if (ip == nullptr) return drop<"truncated">();
    if (ip->version() != 4) return drop<"ip_bad_version">();
    unsigned const header = ip->header_size();
    if (header < ipv4::kSize) return drop<"ip_bad_header_length">();
    if (ether::kSize + header > packet.length) return drop<"truncated">();
    unsigned const total = ip->total_length.host();
    if (total < header || ether::kSize + total > packet.length) return drop<"ip_bad_length">();
    if (!checksum_holds({packet.data + ether::kSize, header})) return drop<"ip_bad_checksum">();
    return forward();
  }
};
WARPLINE_ELEMENT(CheckIPHeader);

}  // namespace warpline
