// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

#include "core/packet.hpp"
#include "core/verdict.hpp"
#include "core/wire.hpp"
#include "elements/ipsec/esp_body.hpp"
#include "elements/ipsec/inner_packet.hpp"
#include "elements/ipsec/sa_file.hpp"

/// Tunnel mode (RFC 4303 section 3.1.2) in place: the frame's IP packet goes into ESP behind an
/// outer IPv4 header, the Ethernet header moves in front of it. Encryption comes afterwards.
namespace warpline::ipsec {

/// Where the ESP header of an encapsulated frame begins.
inline constexpr unsigned kEspOffset = ether::kSize + ipv4::kSize;
/// Bytes that encapsulation puts before the inner packet.
inline constexpr unsigned kEspPrefix = ipv4::kSize + kEspTextOffset;

/// What one SA puts on its packets, worked out once. One cache line. The two steps of a packet are
/// inline: called through objects they cost 6 of 37 cycles more (Zen 5).
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
  /// Padding 1, 2, 3, its length and room for the next header, as a little-endian word.
  static constexpr std::uint64_t trailer(unsigned padding) {
    constexpr std::uint64_t kTrailers[4] = {0x00'00, 0x00'01'01, 0x00'02'02'01, 0x00'03'03'02'01};
    return kTrailers[padding];
  }
  static constexpr unsigned padding(std::uint32_t size) {
    return (0u - size - static_cast<unsigned>(sizeof(esp::Trailer))) & 3;
  }
  /// The ones' complement of a sum of 16-bit words (RFC 1071).
  static constexpr std::uint16_t fold(std::uint32_t sum) {
    sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~(sum + (sum >> 16)));
  }
  /// Where the packet will end, from the frame's first byte before encapsulation.
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

inline Verdict EspTunnel::check_room(Packet const& packet,
                                     InnerPacket const& inner) const noexcept {
  constexpr std::uint32_t kMaxLength = 65535;
  std::uint32_t const room = static_cast<std::uint32_t>(packet.length) + packet.tailroom;
  if (kEspPrefix + end(inner) > kMaxLength) [[unlikely]]
    return drop<"too_big">();
  if (kEspPrefix > packet.headroom) [[unlikely]]
    return drop<"no_headroom">();
  if (end(inner) > room) [[unlikely]]
    return drop<"no_tailroom">();
  return forward();
}

inline void EspTunnel::encapsulate(Packet& packet, InnerPacket const& inner,
                                   std::uint64_t sequence) const noexcept {
  auto* const frame = packet.data - kEspPrefix;
  std::memcpy(frame, packet.data, 2 * sizeof(ether::Address));
  auto& ethernet = *reinterpret_cast<ether::Header*>(frame);
  ethernet.type = be16::of(ether::kIpv4);

  std::uint32_t const frame_size = kEspPrefix + end(inner);
  auto const outer_size = static_cast<std::uint16_t>(frame_size - ether::kSize);
  auto const identification = static_cast<std::uint16_t>(sequence);
  std::uint16_t const fragment = copy_df_ ? inner.fragment : std::uint16_t{0};
  auto& outer = *reinterpret_cast<ipv4::Header*>(frame + ether::kSize);
  outer = outer_;
  outer.tos = inner.tos;
  outer.total_length.set(outer_size);
  outer.id.set(identification);
  outer.fragment.set(fragment);
  outer.checksum.set(fold(checksum_ + inner.tos + outer_size + identification + fragment));

  auto& header = *reinterpret_cast<esp::Header*>(frame + kEspOffset);
  header.spi = spi_;
  header.sequence.set(static_cast<std::uint32_t>(sequence));
  reinterpret_cast<be64*>(frame + kEspOffset + esp::kSize)->set(sequence);

  // Whole words: what the trailer's writes too much, and where the two zeros overlap, lies in the
  // room of the integrity value.
  auto* const behind = packet.data + ether::kSize + inner.size;
  unsigned const padded = padding(inner.size);
  auto* const icv = behind + padded + sizeof(esp::Trailer);
  std::uint64_t const word = trailer(padded) | static_cast<std::uint64_t>(inner.protocol)
                                                   << (8 * (padded + 1));
  std::memcpy(behind, &word, sizeof(word));
  std::memset(icv, 0, sizeof(word));
  std::memset(icv + icv_size_ - sizeof(word), 0, sizeof(word));

  auto const free = static_cast<std::uint32_t>(packet.length) + packet.tailroom - end(inner);
  packet.data = frame;
  packet.headroom = static_cast<std::uint16_t>(packet.headroom - kEspPrefix);
  packet.length = static_cast<std::uint16_t>(frame_size);
  packet.tailroom = static_cast<std::uint16_t>(free);
}

}  // namespace warpline::ipsec
