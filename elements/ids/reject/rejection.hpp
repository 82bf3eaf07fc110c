// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"
#include "elements/ids/decode/decoded_packet.hpp"

/// Frames to the ends of a flow about a packet that a rule rejects: a TCP segment with RST, or ICMP
/// "destination unreachable". Any thread.
namespace warpline::ids {

/// A rejected packet.
struct RejectedPacket {
  DecodedPacket packet{};
  Bytes link{};  ///< the frame before its first IP header; empty: not Ethernet
};

/// Who gets the frame.
enum class RejectSide : std::uint8_t { kSource, kDestination };

/// Bytes of the longest frame that `write_rejection` writes.
inline constexpr std::uint32_t kMaxRejection = 22 + 1280;

/// Whether the packet is answered by a RST, and not by ICMP.
bool is_answered_by_reset(RejectedPacket const& rejected);

/// Returns whether a frame may be sent about this packet. None is sent about resets, ICMP errors,
/// fragments except the first, packets from or to an address that is not of a single host, and packets
/// within tunnels, MPLS or PPPoE, to whose ends no frame can be made.
bool may_be_rejected(RejectedPacket const& rejected);

/// Writes the frame for `side` as if the other end had sent it, with the VLAN tags of the packet.
/// Requires `may_be_rejected`. Returns its size; 0 if `frame` is too small.
///
/// A reset to the source has the numbers of RFC 9293 section 3.5.2, one to the destination those of
/// the packet. ICMP quotes the packet as far as 576 bytes (RFC 1812 section 4.3.2.3) or 1280 bytes
/// (RFC 4443 section 2.4(c)) allow; its code is "host administratively prohibited" (10), or
/// "administratively prohibited" (1) of ICMPv6.
std::uint32_t write_rejection(RejectedPacket const& rejected, RejectSide side, MutableBytes frame);

}  // namespace warpline::ids
