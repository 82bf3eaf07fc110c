// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/net/ip_address.hpp"
#include "elements/ipsec/model/sa_mode.hpp"

namespace warpline::ipsec {

/// DF of an outer IPv4 header (RFC 4301 section 8.1). IPv6, which cannot be fragmented on its way,
/// counts as having DF.
enum class DfPolicy : std::uint8_t { kCopy, kSet, kClear };

/// ESP in UDP (RFC 3948).
struct UdpEncapsulation {
  static constexpr std::uint16_t kPort = 4500;

  std::uint16_t source = kPort;
  std::uint16_t destination = kPort;
  bool zero_checksum6 =
      false;  ///< over IPv6 the UDP checksum is 0 (RFC 6936 section 5), not computed
  friend bool operator==(UdpEncapsulation const&, UdpEncapsulation const&) = default;
};

/// The format of an SA's packets without their cryptography, in either direction. ECN has no
/// option: RFC 6040, normal mode.
struct SaEncapsulation {
  SaMode mode = SaMode::kTunnel;
  IpAddress source;       ///< of the outer header; without effect in transport mode
  IpAddress destination;  ///< of the same version
  std::optional<UdpEncapsulation> udp;
  bool esn = false;  ///< 64-bit sequence numbers (RFC 4303 section 2.2.1)

  std::uint8_t iv_size = 8;    ///< bytes that each packet carries: 0, 8 or 16
  std::uint8_t icv_size = 16;  ///< bytes, 8 to 32
  std::uint8_t block = 4;      ///< bytes that the trailer is aligned to: 4 or 16

  std::uint8_t hop_limit = 64;
  DfPolicy df = DfPolicy::kCopy;
  std::optional<std::uint8_t> dscp;  ///< 0 to 63 instead of the inner one (RFC 4301 section 5.1.2)

  /// True if outbound packets can have a UDP checksum: over IPv4 it is 0 (RFC 3948 section 2.1),
  /// over IPv6 it is computed (RFC 8200 section 8.1) unless the SA sets it to 0.
  bool has_udp_checksum() const {
    return udp && !udp->zero_checksum6 && (mode == SaMode::kTransport || destination.version == 6);
  }
};

}  // namespace warpline::ipsec
