// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"
#include "core/net/wire.hpp"

namespace warpline {

/// Decrements the hop limit of IPv6 packets that CheckIP6Header has passed (RFC 8200 section 3).
///
///     FromInput -> CheckIP6Header -> DecIP6HLIM -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: none.
/// Drops: truncated (no whole IPv6 header), hop_limit_expired (the hop limit was 0 or 1).
class DecIP6HLIM final : public PacketElement<DecIP6HLIM> {
 public:
  using Uses = Annotations<Annotation::kL2>;

  explicit DecIP6HLIM(Args&) {}

  Verdict operator()(Packet& packet) const {
    auto* ip = packet.header<ipv6::Header>(packet.l2_length);
    if (ip == nullptr) return drop<"truncated">();
    if (ip->hop_limit <= 1) return drop<"hop_limit_expired">();
    --ip->hop_limit;
    return forward();
  }
};
WARPLINE_ELEMENT(DecIP6HLIM);

}  // namespace warpline
