// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"
#include "core/net/wire.hpp"

namespace warpline {

/// Drops frames whose destination is a group of stations: broadcasts and multicasts.
///
///     FromInput -> DropBroadcasts -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: none.
/// Drops: truncated (no whole Ethernet header), not_unicast.
class DropBroadcasts final : public PacketElement<DropBroadcasts> {
 public:
  explicit DropBroadcasts(Args&) {}

  Verdict operator()(Packet const& packet) const {
    auto const* frame = packet.header<ether::Header>(0);
    if (frame == nullptr) return drop<"truncated">();
    if (frame->destination.is_group()) return drop<"not_unicast">();
    return forward();
  }
};
WARPLINE_ELEMENT(DropBroadcasts);

}  // namespace warpline
