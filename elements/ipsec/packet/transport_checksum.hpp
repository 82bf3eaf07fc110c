// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/packet/packet.hpp"

namespace warpline::ipsec {

/// Recomputes the checksum of TCP or UDP of an IP packet whose IP headers are whole (RFC 9293
/// section 3.1, RFC 768, RFC 8200 section 8.1). Not changed are: a UDP checksum of 0, which means
/// none; fragments; other protocols; packets that are too short for the header or its own length;
/// an IPv6 packet that goes on to another address. Any thread.
void renew_transport_checksum(MutableBytes ip) noexcept;

}  // namespace warpline::ipsec
