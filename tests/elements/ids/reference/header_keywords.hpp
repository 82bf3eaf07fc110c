// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "elements/ids/rules/rule.hpp"
#include "tests/elements/ids/reference/packet.hpp"

namespace warpline::ids::reference {

/// The meaning of what rules ask about the headers of a packet.
bool is_of_protocol(RuleProtocol protocol, Packet const& packet);
/// Addresses and ports of the rule's header, in either direction with `<>`.
bool ends_match(Rule const& rule, Packet const& packet);
/// A keyword on headers; not `stream_size`.
bool header_matches(PacketMatch const& match, Packet const& packet);
/// A buffer of the packet; empty if it has none of that kind.
std::optional<std::string> buffer_of(Buffer buffer, Packet const& packet);

}  // namespace warpline::ids::reference
