// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "elements/ids/alert/expiring_table.hpp"
#include "elements/ids/alert/threshold_count.hpp"
#include "elements/ids/decode/decoded_packet.hpp"
#include "elements/ids/rules/rule.hpp"

namespace warpline::ids {

/// What rules remember about hosts, shared by all workers of an element: thresholds and xbits. Both
/// are touched only after a rule's other keywords have matched. Thread-safe.
class SharedState {
 public:
  /// `seed`: a secret, so that nobody can choose keys that collide.
  explicit SharedState(std::uint64_t seed) : seed_(seed) {}

  /// Counts a match of a rule with a threshold. `flow`: a number of the flow; `now_us` in
  /// microseconds.
  ThresholdOutcome count(Rule const& rule, DecodedPacket const& packet, std::uint64_t flow,
                         std::uint64_t now_us);

  /// Changes or tests an xbit of the packet's hosts by its name.
  void change_bit(BitAction::Command command, BitAction::Scope scope, std::string const& name,
                  std::uint32_t expire_seconds, DecodedPacket const& packet, std::uint32_t now_s);
  bool test_bit(BitAction::Scope scope, std::string const& name, DecodedPacket const& packet,
                std::uint32_t now_s);

  /// Thresholds and bits that made room for others before their time.
  std::uint64_t evicted() const {
    return thresholds_.evicted() + bits_.evicted() + distinct_.evicted();
  }
  /// Bytes of memory; their number never changes.
  std::size_t bytes() const { return thresholds_.bytes() + bits_.bytes() + distinct_.bytes(); }

 private:
  struct Empty {};
  std::uint64_t key_of(Rule const& rule, DecodedPacket const& packet, std::uint64_t flow) const;
  std::uint64_t key_of(BitAction::Scope scope, std::string const& name,
                       DecodedPacket const& packet) const;
  bool is_first(Rule const& rule, std::uint64_t key, DecodedPacket const& packet,
                std::uint32_t now_s);

  std::uint64_t seed_;
  ExpiringTable<ThresholdCount> thresholds_;
  ExpiringTable<Empty> bits_, distinct_;
};

}  // namespace warpline::ids
