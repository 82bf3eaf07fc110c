// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "elements/ids/decode/decoded_packet.hpp"
#include "elements/ids/rules/rule.hpp"

namespace warpline::ids {

/// The number that a keyword compares; empty if the packet has no such field.
std::optional<std::int64_t> field_of(HeaderMatch::Field field, DecodedPacket const& packet);

/// Returns whether the packet's headers match. `StreamSize` and events of streams are left to the
/// flow: they match here. Any thread.
bool matches_packet(PacketMatch const& match, DecodedPacket const& packet);

/// The bytes of a packet's own buffer; empty if it has no such header. `Buffer::kPayload`: the
/// payload.
std::optional<Bytes> buffer_of(Buffer buffer, DecodedPacket const& packet);

/// Returns whether the packet is of the rule's protocol: for rules that look at packets.
bool is_of_protocol(RuleProtocol protocol, DecodedPacket const& packet);

}  // namespace warpline::ids
