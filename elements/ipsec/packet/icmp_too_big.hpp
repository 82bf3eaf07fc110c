// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/net/ip_address.hpp"
#include "core/packet/packet.hpp"
#include "elements/ipsec/packet/inner_packet.hpp"

/// ICMP errors that inform a packet's source of the maximum packet size: "fragmentation needed and
/// DF set" (RFC 792, RFC 1191 section 4) and ICMPv6 "packet too big" (RFC 4443 section 3.2).
namespace warpline::ipsec {

/// The minimum MTU in an error (RFC 1191 section 3, RFC 8200 section 5).
inline constexpr std::uint32_t kMinMtu4 = 68, kMinMtu6 = 1280;

/// True for the address of one host: not unspecified, loopback or a group; in IPv4 also not of this
/// network, reserved or broadcast.
bool is_single_host(IpAddress const& address) noexcept;

/// Returns whether an error may be sent about this packet, which `inspect_inner` has accepted. No
/// errors are sent about ICMP errors, fragments except the first, packets whose source is not a
/// single host, and IPv4 packets to groups (RFC 1122 section 3.2.2, RFC 4443 section 2.4(e)). Any
/// thread.
bool may_be_reported(Packet const& packet) noexcept;

/// Writes the error about `packet` into `error`, an empty frame, with `from` as source, which must
/// be of the packet's version. It exchanges the Ethernet addresses and quotes as much of the packet
/// as the frame and 576 bytes (RFC 1812 section 4.3.2.3) or 1280 bytes (RFC 4443 section 2.4(c))
/// can hold. It leaves by the port on which the packet arrived. Returns false if the frame has no
/// space for 8 bytes after the packet's header.
bool write_too_big(Packet& error, Packet const& packet, IpAddress const& from,
                   std::uint32_t mtu) noexcept;

}  // namespace warpline::ipsec
