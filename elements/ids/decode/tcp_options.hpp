// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/wire.hpp"
#include "elements/ids/decode/decoded_packet.hpp"

namespace warpline::ids {

/// Calls `visit(Bytes)` for each option of a TCP header that has a length, its kind and length
/// included (RFC 9293 section 3.1), until that returns true or the options end or are broken.
template <class Visit>
void visit_tcp_options(DecodedPacket const& packet, Visit&& visit) {
  constexpr std::uint8_t kEnd = 0, kNoOperation = 1;
  for (auto offset = packet.transport + tcp::kSize; offset < packet.payload;) {
    auto const kind = *packet.at(offset);
    if (kind == kEnd) return;
    if (kind == kNoOperation) {
      ++offset;
      continue;
    }
    if (offset + 2 > packet.payload) return;
    auto const length = *packet.at(offset + 1);
    if (length < 2 || offset + length > packet.payload) return;
    if (visit(Bytes{packet.at(offset), length})) return;
    offset += length;
  }
}

}  // namespace warpline::ids
