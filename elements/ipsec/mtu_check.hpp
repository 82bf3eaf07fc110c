// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/packet/packet.hpp"
#include "core/packet/verdict.hpp"
#include "elements/ipsec/database/sa_database.hpp"
#include "elements/ipsec/packet/inner_packet.hpp"

namespace warpline::ipsec {

/// The treatment of a packet before it is protected.
enum class Fit : std::uint8_t {
  kFits,
  kFragment,  ///< IPv4 without DF, for a tunnel
  kReport,    ///< its source must send smaller ones
  kDrop,
};

struct Measured {
  Fit fit;
  Verdict verdict;    ///< with `kDrop`
  InnerPacket inner;  ///< if `inspect_inner` accepted the packet
  std::uint16_t
      max_size;  ///< maximum size of such an IP packet that fits; with `kFragment` and `kReport`
};

/// Checks whether the ESP form of packets that have their SA's index as tag fits into a link (RFC
/// 4303 section 3.3.4, RFC 4301 section 8). One object per thread.
class MtuCheck {
 public:
  /// `mtu`: bytes of the link's IP packets.
  MtuCheck(std::shared_ptr<SaDatabase> database, std::uint32_t mtu);

  /// Measures each packet; `measured`: one per packet, in order. Returns true if all fit. Drops:
  /// those of `inspect_inner`, `no_sa`; for packets that do not fit in transport mode also those of
  /// `EspOutbound::inspect_transport`.
  bool measure(std::span<Packet const> packets, Measured* measured) noexcept;

 private:
  Fit measure(Packet const& packet, Measured& measured) const noexcept;

  std::shared_ptr<SaDatabase> database_;
  SaSlots& slots_;
  std::uint32_t mtu_;
};

}  // namespace warpline::ipsec
