// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/net/ip_address.hpp"
#include "core/packet/packet.hpp"
#include "elements/ipsec/packet/inner_packet.hpp"

/// ICMP errors that tell a packet's source how large its packets may be: "fragmentation needed and DF
/// set" (RFC 792, RFC 1191 section 4) and ICMPv6 "packet too big" (RFC 4443 section 3.2).
namespace warpline::ipsec {

/// The least that an error may say (RFC 1191 section 3, RFC 8200 section 5).
inline constexpr std::uint32_t kLeastMtu4 = 68, kLeastMtu6 = 1280;

/// Whether this is the address of one host: not unspecified, loopback or a group, in IPv4 also not this
/// network's, reserved or broadcast.
bool is_single_host(IpAddress const& address) noexcept;

/// Whether an error may be sent about this packet, which `inspect_inner` has accepted: not about ICMP
/// errors, fragments but the first, packets from what is no single host, and in IPv4 packets to groups
/// (RFC 1122 section 3.2.2, RFC 4443 section 2.4(e)). Any thread.
bool may_be_reported(Packet const& packet) noexcept;

/// Writes the error about `packet` into `error`, an empty frame, with `from` as source, which must be
/// of the packet's version: Ethernet addresses exchanged, and as much of the packet as 576 bytes
/// (RFC 1812 section 4.3.2.3) or 1280 bytes (RFC 4443 section 2.4(c)) have room for, and the frame. It
/// goes out by the port that the packet came in by. False where the frame has no room for 8 bytes
/// behind the packet's header.
bool write_too_big(Packet& error, Packet const& packet, IpAddress const& from,
                   std::uint32_t mtu) noexcept;

}  // namespace warpline::ipsec
