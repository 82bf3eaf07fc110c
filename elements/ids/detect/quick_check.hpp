// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "elements/ids/detect/rule_match.hpp"

namespace warpline::ids {

/// What a rule needs of a packet, as far as a few numbers describe it: rules without a pattern are
/// looked at for each packet, and few can match. Read-only; any thread.
class QuickCheck {
 public:
  /// The numbers of a packet, which do not change while rules are evaluated for it.
  struct Packet {
    explicit Packet(MatchInput const& input);
    std::uint16_t source_port, destination_port;
    std::uint8_t protocol, tcp_flags, traits;
  };

  explicit QuickCheck(CompiledRule const& compiled);

  /// False if the rule does not match, whatever else the packet has.
  bool may_match(Packet const& packet) const {
    return (needs_ & ~packet.traits) == 0 && (packet.tcp_flags & flags_mask_) == flags_ &&
           ((packet.protocol ^ protocol_) & protocol_mask_) == 0 &&
           source_.contains(packet.source_port) && destination_.contains(packet.destination_port);
  }

 private:
  /// From the lowest to the highest port of a set.
  struct Ports {
    std::uint16_t first = 0, last = 0xffff;
    bool contains(std::uint16_t port) const { return port >= first && port <= last; }
  };
  static Ports around(PortSet const& ports);
  void add(BitsMatch const& match);
  void add(HeaderMatch const& match);

  Ports source_, destination_;
  std::uint8_t flags_mask_ = 0, flags_ = 0;
  std::uint8_t protocol_mask_ = 0, protocol_ = 0;  // `ip_proto`
  std::uint8_t needs_ = 0;
};

}  // namespace warpline::ids
