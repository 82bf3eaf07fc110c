// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"
#include "elements/ipsec/packet/outer_packet.hpp"

namespace warpline {

/// Separates ESP packets from others: 0 for IPsecDecrypt, 1 for the rest, including IKE.
///
///     FromInput -> esp :: IPsecClassifier;
///     esp[0] -> IPsecDecrypt(sa/gateway.sa) -> ToOutput;
///     esp[1] -> ToOutput;
///
/// Fragments of packets that are or may be ESP go to 0, and IPsecDecrypt drops them: no element
/// reassembles fragments, so the path between the gateways must not create any. Frames that are cut
/// or have contradictory headers also go to 0, because their content is unknown.
///
/// Ports: 1 in, 2 out.
/// Arguments: PORT: UDP port of encapsulated packets (RFC 3948; default 4500, 0: none).
/// Drops: keepalive (RFC 3948 section 2.3).
class IPsecClassifier final : public PacketElement<IPsecClassifier> {
 public:
  explicit IPsecClassifier(Args& args) : port_(args.keyword<std::uint16_t>("PORT", 4500)) {}
  PortCounts ports() const override { return {1, 2}; }

  Verdict operator()(Packet const& packet) const noexcept {
    ipsec::OuterPacket outer;
    switch (ipsec::inspect_outer(packet, outer, port_)) {
      case ipsec::OuterKind::kEsp:
      case ipsec::OuterKind::kFragment:
      case ipsec::OuterKind::kLongHeaders:
      case ipsec::OuterKind::kTruncated:
      case ipsec::OuterKind::kBadIpHeader:
        return forward(0);
      case ipsec::OuterKind::kKeepalive:
        return drop<"keepalive">();
      case ipsec::OuterKind::kIke:
      case ipsec::OuterKind::kOther:
      case ipsec::OuterKind::kVlan:
        break;
    }
    return forward(1);
  }

 private:
  std::uint16_t port_;
};
WARPLINE_ELEMENT(IPsecClassifier);

}  // namespace warpline
