// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/packet.hpp"
#include "core/verdict.hpp"
#include "core/wire.hpp"
#include "elements/ipsec/esp_body.hpp"
#include "elements/ipsec/sa_file.hpp"

/// Tunnel mode (RFC 4303 section 3.1.2) in place: the frame's IP packet goes into ESP behind an
/// outer IPv4 header, the Ethernet header moves in front of it. Encryption comes afterwards.
namespace warpline::ipsec {

/// Where the ESP header of an encapsulated frame begins.
inline constexpr unsigned kEspOffset = ether::kSize + ipv4::kSize;
/// Bytes that encapsulation puts before the inner packet.
inline constexpr unsigned kEspPrefix = ipv4::kSize + kEspTextOffset;

/// The inner packet of a frame, as far as encapsulation needs to know it.
struct InnerPacket {
  std::uint16_t size;      ///< bytes by its own header; what the frame holds beyond is padding
  std::uint16_t fragment;  ///< the outer header's flags: DF as RFC 4301 section 8.1 has it
  std::uint8_t tos;        ///< IPv4 TOS or IPv6 traffic class
  std::uint8_t protocol;   ///< 4 or 41: the trailer's next header
};

/// Reads the inner packet and checks that it lies in the frame. Drops: `truncated`, `not_ip`,
/// `bad_ip_header`.
Verdict inspect_inner(Packet const& packet, InnerPacket& inner) noexcept;

/// What one SA puts on its packets, worked out once. One cache line.
class alignas(64) EspTunnel {
 public:
  explicit EspTunnel(SaConfig const& sa);

  /// Whether frame and buffer have room. Drops: `too_big`, `no_headroom`, `no_tailroom`.
  Verdict check_room(Packet const& packet, InnerPacket const& inner) const noexcept;

  /// Writes outer header, ESP header, IV and trailer around the inner packet and zeros where the
  /// integrity value goes. `check_room` must have agreed. The IV is the 64-bit sequence number, so
  /// it never repeats while numbers do not; the outer identification is its low half.
  void encapsulate(Packet& packet, InnerPacket const& inner, std::uint64_t sequence) const noexcept;

  /// Whether a frame of at least `kEspOffset + esp::kSize` bytes has this tunnel's headers.
  bool made(Packet const& packet) const noexcept;

 private:
  static constexpr unsigned padding(std::uint32_t size) {
    return (0u - size - static_cast<unsigned>(sizeof(esp::Trailer))) & 3;
  }
  /// Bytes of the frame from its first one before encapsulation to its last one after.
  std::uint32_t end(InnerPacket const& inner) const {
    return ether::kSize + inner.size + padding(inner.size) +
           static_cast<std::uint32_t>(sizeof(esp::Trailer)) + icv_size_;
  }

  ipv4::Header outer_;  // length, identification, TOS and fragment are zero
  be32 spi_;
  std::uint32_t checksum_;  // sum of the constant words of `outer_`
  std::uint32_t icv_size_;
  bool copy_df_;
};
static_assert(sizeof(EspTunnel) == 64);

}  // namespace warpline::ipsec
