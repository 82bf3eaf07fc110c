// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace warpline::ipsec {

/// What ESP encapsulates (RFC 4303 section 3.1): a whole IP packet, or the payload of one.
enum class SaMode : std::uint8_t { kTunnel, kTransport };

}  // namespace warpline::ipsec
