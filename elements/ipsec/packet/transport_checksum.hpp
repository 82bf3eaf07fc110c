// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/packet/packet.hpp"

namespace warpline::ipsec {

/// Computes the checksum of TCP or UDP anew from what the IP packet holds, whose own headers must be
/// whole (RFC 9293 section 3.1, RFC 768, RFC 8200 section 8.1). Left as they are: a UDP checksum of 0,
/// which is none; parts of packets; other protocols; what is too short for its header or its own
/// length; an IPv6 packet that goes on to another address. Any thread.
void renew_transport_checksum(MutableBytes ip) noexcept;

}  // namespace warpline::ipsec
