// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"

namespace warpline {

/// Drops packets without a correct IPv6 header after Ethernet and up to two VLAN tags (RFC 8200
/// section 3).
///
///     FromInput -> CheckIP6Header -> DecIP6HLIM -> ToOutput;
///
/// For later elements the header and the payload length in it are within the frame.
///
/// Ports: 1 in, 1 out.
/// Arguments: none.
/// Drops: truncated (the frame ends within the header), vlan (more than two tags), not_ipv6
/// (another Ethernet type), ip6_bad_version, ip6_bad_length (the payload is longer than the frame),
/// ip6_bad_source (a multicast address, RFC 4291 section 2.7).
class CheckIP6Header final : public PacketElement<CheckIP6Header> {
 public:
  explicit CheckIP6Header(Args&) {}

  using Sets = Annotations<Annotation::kNetwork>;

  Verdict operator()(Packet& packet) const {
    Headers headers;
    find_network(packet.bytes(), headers);
    parse_network(packet.bytes(), headers);
    if (!headers.has(header_flag::kIpv6)) [[unlikely]]
      return not_ipv6(packet, headers);
    auto const* ip = packet.header<ipv6::Header>(headers.l2_length);
    if (ip == nullptr) return drop<"truncated">();
    if (headers.has(header_flag::kMalformed)) return drop<"ip6_bad_version">();
    if (headers.has(header_flag::kTruncated)) return drop<"ip6_bad_length">();
    if (ip->source.bytes[0] == 0xff) return drop<"ip6_bad_source">();
    headers.flags |= header_flag::kChecked;
    annotate<Annotation::kNetwork>(packet, headers);
    return forward();
  }

 private:
  static Verdict not_ipv6(Packet const& packet, Headers const& headers) {
    if (headers.has(header_flag::kMalformed)) return drop<"truncated">();
    return is_vlan(ether_type(packet, headers)) ? drop<"vlan">() : drop<"not_ipv6">();
  }
};
WARPLINE_ELEMENT(CheckIP6Header);

}  // namespace warpline
