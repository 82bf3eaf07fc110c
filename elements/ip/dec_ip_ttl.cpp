// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"
#include "core/net/checksum.hpp"

namespace warpline {
/// Decrements the TTL of IPv4 packets that CheckIPHeader has passed (RFC 1812 section 5.3.1).
///
///     FromInput -> CheckIPHeader -> DecIPTTL -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: none.
/// Drops: truncated (no whole IPv4 header), ttl_expired (the TTL was 0 or 1).
struct DecIPTTL final : PacketElement<DecIPTTL> {
  using Uses = Annotations<Annotation::kL2>;

  explicit DecIPTTL(Args&) {}
  Verdict operator()(Packet& packet) const {
    auto* ip = packet.header<ipv4::Header>(packet.l2_length);
    if (ip == nullptr) return drop<"truncated">();
    if (ip->ttl <= 1) return drop<"ttl_expired">();
    set_ttl(*ip, static_cast<std::uint8_t>(ip->ttl - 1));
    return forward();
  }
};
WARPLINE_ELEMENT(DecIPTTL);
}  // namespace warpline
