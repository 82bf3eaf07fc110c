// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"
#include "core/net/checksum.hpp"

namespace warpline {

/// Drops packets without a correct IPv4 header after Ethernet and up to two VLAN tags (RFC 1812
/// section 5.2.2).
///
///     FromInput -> CheckIPHeader -> DecIPTTL -> ToOutput;
///
/// For later elements the header with its options, and the total length, are within the frame.
/// Bytes after the total length, such as Ethernet's padding, stay.
///
/// Ports: 1 in, 1 out.
/// Arguments: none.
/// Drops: truncated (the frame ends within the header), vlan (more than two tags), not_ipv4
/// (another Ethernet type), ip_bad_version, ip_bad_header_length (below 20 bytes), ip_bad_length
/// (below the header's length or above the frame's), ip_bad_checksum.
class CheckIPHeader final : public PacketElement<CheckIPHeader> {
 public:
  explicit CheckIPHeader(Args&) {}

  using Sets = Annotations<Annotation::kNetwork>;

  Verdict operator()(Packet& packet) const {
    Headers headers;
    find_network(packet.bytes(), headers);
    parse_network(packet.bytes(), headers);
    if (!headers.has(header_flag::kIpv4)) [[unlikely]]
      return not_ipv4(packet, headers);
    auto const* ip = packet.header<ipv4::Header>(headers.l2_length);
    if (ip == nullptr) return drop<"truncated">();
    if (ip->version() != 4) return drop<"ip_bad_version">();
    unsigned const header = ip->header_size();
    if (header < ipv4::kSize) return drop<"ip_bad_header_length">();
    if (headers.l2_length + header > packet.length) return drop<"truncated">();
    if (headers.has(header_flag::kMalformed | header_flag::kTruncated))
      return drop<"ip_bad_length">();
    if (!checksum_holds({packet.data + headers.l2_length, header}))
      return drop<"ip_bad_checksum">();
    headers.flags |= header_flag::kChecked;
    annotate<Annotation::kNetwork>(packet, headers);
    return forward();
  }

 private:
  static Verdict not_ipv4(Packet const& packet, Headers const& headers) {
    if (headers.has(header_flag::kMalformed)) return drop<"truncated">();
    return is_vlan(ether_type(packet, headers)) ? drop<"vlan">() : drop<"not_ipv4">();
  }
};
WARPLINE_ELEMENT(CheckIPHeader);

}  // namespace warpline
