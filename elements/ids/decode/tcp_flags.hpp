// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// The flags of a TCP header (RFC 9293 section 3.1).
namespace warpline::ids::tcp_flag {

inline constexpr std::uint8_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10,
                              kUrg = 0x20;

}  // namespace warpline::ids::tcp_flag
