// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/error.hpp"
#include "core/net/ip_address.hpp"
#include "core/net/ip_prefix.hpp"
#include "elements/ipsec/model/sa_mode.hpp"

namespace warpline::ipsec {

/// Ports from `first` to `last`, both included; also ICMP types or codes.
struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0xffff;

  /// True for any port; packets without ports match as well.
  constexpr bool is_any() const { return first == 0 && last == 0xffff; }
  constexpr bool is_exact() const { return first == last; }
  constexpr bool contains(std::uint16_t port) const { return first <= port && port <= last; }
  friend bool operator==(PortRange const&, PortRange const&) = default;
};

/// The packets that match a policy (RFC 4301 section 4.4.1.1). Ports are those of TCP, UDP, SCTP,
/// DCCP and UDP-Lite. For ICMP and ICMPv6, the message's type is in `source_port` and its code in
/// `destination_port`, as in Linux.
struct TrafficSelector {
  std::optional<IpPrefix> source;        ///< no value: any address of either version
  std::optional<IpPrefix> destination;   ///< of the same version as `source` if both are set
  std::optional<std::uint8_t> protocol;  ///< no value: any
  PortRange source_port;
  PortRange destination_port;
  friend bool operator==(TrafficSelector const&, TrafficSelector const&) = default;
};

/// The treatment of a packet (RFC 4301 section 4.4.1).
enum class PolicyAction : std::uint8_t { kProtect, kBypass, kDiscard };

/// The packets that a policy is compared with: those that leave towards the unprotected side, those
/// that came from it for this host, and those that came from it to be forwarded.
enum class PolicyDirection : std::uint8_t { kOut, kIn, kForward };

/// The SAs that a policy asks for.
struct SaTemplate {
  SaMode mode = SaMode::kTunnel;
  std::optional<IpAddress> source;  ///< of the outer header; a tunnel has both
  std::optional<IpAddress> destination;
  std::optional<std::uint32_t> spi;  ///< only this SA
  std::uint32_t reqid = 0;           ///< SAs with this one; 0: any
  friend bool operator==(SaTemplate const&, SaTemplate const&) = default;
};

/// One entry of the Security Policy Database.
struct Policy {
  Position position;  ///< where the user wrote it
  TrafficSelector selector;
  PolicyDirection direction = PolicyDirection::kOut;
  PolicyAction action = PolicyAction::kBypass;
  std::uint32_t priority = 0;    ///< lower wins; of equal ones the first in the file
  std::optional<SaTemplate> sa;  ///< with `kProtect` only
};

}  // namespace warpline::ipsec
