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

/// Ports from `first` to `last`, both included; ICMP types or codes likewise.
struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0xffff;

  /// Any port, and packets that have none.
  constexpr bool is_any() const { return first == 0 && last == 0xffff; }
  constexpr bool is_exact() const { return first == last; }
  constexpr bool contains(std::uint16_t port) const { return first <= port && port <= last; }
  friend bool operator==(PortRange const&, PortRange const&) = default;
};

/// Which packets a policy is about (RFC 4301 section 4.4.1.1). Ports are those of TCP, UDP, SCTP,
/// DCCP and UDP-Lite. For ICMP and ICMPv6 the message's type stands in `source_port` and its code
/// in `destination_port`, as Linux has it.
struct TrafficSelector {
  std::optional<IpPrefix> source;        ///< none: any address of either version
  std::optional<IpPrefix> destination;   ///< of the same version as `source` where both are there
  std::optional<std::uint8_t> protocol;  ///< none: any
  PortRange source_port;
  PortRange destination_port;
  friend bool operator==(TrafficSelector const&, TrafficSelector const&) = default;
};

/// What becomes of a packet (RFC 4301 section 4.4.1).
enum class PolicyAction : std::uint8_t { kProtect, kBypass, kDiscard };

/// Which packets are held against a policy: those that leave towards the unprotected side, those
/// that came from it for this host, and those that came from it to be forwarded.
enum class PolicyDirection : std::uint8_t { kOut, kIn, kForward };

/// The SAs that a policy asks for.
struct SaTemplate {
  SaMode mode = SaMode::kTunnel;
  std::optional<IpAddress> source;  ///< of the outer header; a tunnel has both
  std::optional<IpAddress> destination;
  std::optional<std::uint32_t> spi;  ///< this SA alone
  std::uint32_t reqid = 0;           ///< SAs with this one; 0: any
  friend bool operator==(SaTemplate const&, SaTemplate const&) = default;
};

/// One entry of the Security Policy Database.
struct Policy {
  Position position;  ///< where a user wrote it
  TrafficSelector selector;
  PolicyDirection direction = PolicyDirection::kOut;
  PolicyAction action = PolicyAction::kBypass;
  std::uint32_t priority = 0;    ///< lower wins; of equals the one that stands first
  std::optional<SaTemplate> sa;  ///< with `kProtect` alone
};

}  // namespace warpline::ipsec
