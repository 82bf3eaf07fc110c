// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"
#include "core/net/wire.hpp"

namespace warpline {

/// Swaps the Ethernet source and destination addresses.
///
///     FromInput -> EtherMirror -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: none.
/// Drops: truncated (no whole Ethernet header).
class EtherMirror final : public PacketElement<EtherMirror> {
 public:
  explicit EtherMirror(Args&) {}

  Verdict operator()(Packet& packet) const {
    auto* frame = packet.header<ether::Header>(0);
    if (frame == nullptr) return drop<"truncated">();
    frame->swap_addresses();
    return forward();
  }
};
WARPLINE_ELEMENT(EtherMirror);

}  // namespace warpline
