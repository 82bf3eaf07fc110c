// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "elements/ids/decode/decoded_packet.hpp"

namespace warpline::ids {

/// A value of `decode-event`, and its bit in `DecodedPacket::events`.
struct DecodeEventName {
  std::string_view name;
  std::uint32_t bit;
};
/// The events that the decoder raises. Rules that ask for others are skipped.
inline constexpr std::array kDecodeEvents{
    DecodeEventName{"ipv4.trunc_pkt", decode_event::kIpv4Truncated},
    DecodeEventName{"ipv4.hlen_too_small", decode_event::kIpv4BadHeaderLength},
    DecodeEventName{"ipv6.trunc_pkt", decode_event::kIpv6Truncated},
    DecodeEventName{"ipv6.trunc_exthdr", decode_event::kIpv6BadExtension},
    DecodeEventName{"tcp.pkt_too_small", decode_event::kTcpTruncated},
    DecodeEventName{"tcp.hlen_too_small", decode_event::kTcpBadHeaderLength},
    DecodeEventName{"udp.pkt_too_small", decode_event::kUdpTruncated},
    DecodeEventName{"udp.hlen_invalid", decode_event::kUdpBadLength},
    DecodeEventName{"icmpv4.pkt_too_small", decode_event::kIcmpTruncated},
};
/// The values of `stream-event` that streams raise: none yet.
inline constexpr std::array<std::string_view, 0> kStreamEvents{};

/// The bit of a value of `decode-event`; 0 if the decoder does not raise it.
constexpr std::uint32_t decode_event_bit(std::string_view name) {
  for (auto const& event : kDecodeEvents)
    if (event.name == name) return event.bit;
  return 0;
}

constexpr bool is_stream_event(std::string_view name) {
  for (auto const known : kStreamEvents)
    if (known == name) return true;
  return false;
}

}  // namespace warpline::ids
