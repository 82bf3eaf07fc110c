// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "elements/ipsec/model/policy.hpp"
#include "elements/ipsec/policy/flow_key.hpp"

namespace warpline::ipsec {

/// No rule, or no policy.
inline constexpr std::uint32_t kNoMatch = ~0u;

/// A selector in the form for classifiers: for one IP version, with addresses as in `FlowKey`. In a
/// list of rules the first match wins.
struct FlowRule {
  std::uint64_t source[2], source_mask[2];
  std::uint64_t destination[2], destination_mask[2];
  std::optional<std::uint8_t> protocol;
  PortRange source_port, destination_port;

  /// True if the packet, which must be of the rule's IP version, matches.
  bool takes(FlowKey const& packet) const;
  /// True if it matches for any value of the unseen parts.
  bool takes_unseen(FlowKey const& packet) const {
    return (!protocol || packet.unseen != Unseen::kProtocol) && takes(packet);
  }
  /// True if it may match, by the parts that can be seen.
  bool may_take(FlowKey const& packet) const;
  bool any_ports() const { return source_port.is_any() && destination_port.is_any(); }
  bool asks_for_transport() const { return protocol || !any_ports(); }
  /// The rule for packets of IP `version`; no value if the selector is for the other one.
  static std::optional<FlowRule> of(TrafficSelector const& selector, unsigned version);

 private:
  bool takes_addresses(FlowKey const& packet) const;
};

}  // namespace warpline::ipsec
