// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

#include "core/net/wire.hpp"
#include "core/packet/packet.hpp"
#include "core/packet/verdict.hpp"
#include "elements/ipsec/esp/sa_tag.hpp"
#include "elements/ipsec/model/sa_encapsulation.hpp"
#include "elements/ipsec/packet/ecn.hpp"
#include "elements/ipsec/packet/esp_trailer.hpp"
#include "elements/ipsec/packet/inner_packet.hpp"
#include "elements/ipsec/packet/outer_packet.hpp"

/// ESP off the IP packet of a frame, in place (RFC 4303 section 3.4): `prepare`, then decryption,
/// then `decapsulate`.
namespace warpline::ipsec {

/// The properties of one inbound SA's packets, prepared once. Any thread may use it. The steps of a
/// packet are inline for IPv4 in a tunnel of IPv4 that met no congestion.
class EspInbound {
 public:
  explicit EspInbound(SaEncapsulation const& form);

  /// Prepares a packet that `inspect_outer` found, with this sequence number, for decryption. It
  /// removes what follows the packet, appends the high half of an extended number, and sets the tag
  /// to `SaTag` of `index`, and `l2_length`. Drops: `wrong_encapsulation` (in UDP or not, unlike
  /// the SA), `bad_esp_size` (too short, or the trailer is not aligned), `no_tailroom`.
  Verdict prepare(Packet& packet, OuterPacket const& outer, std::uint64_t sequence,
                  std::uint32_t index) const noexcept;

  /// The sequence number that `prepare` was given, of a packet that has been decrypted.
  /// `esp_offset`: of the ESP header in the frame.
  std::uint64_t sequence(Packet const& packet, std::uint32_t esp_offset) const noexcept;

  /// Turns the frame into one of the inner packet, or of the packet that was protected in transport
  /// mode. It requires a frame that `prepare` accepted and whose ICV was correct; the content may
  /// still be wrong. Ethernet addresses stay; ECN follows RFC 6040 section 4.2. Annotates the packet
  /// (`kNetwork`). Drops:
  /// `bad_padding`, `dummy` (next header 59), `bad_next_header`, `bad_inner_packet`, `ce_not_ect`
  /// (congestion was met, and the inner packet cannot signal it). In transport mode in UDP the
  /// checksum of TCP or UDP is recomputed, because a NAT may have changed the addresses (RFC 3948
  /// section 3.1.2).
  Verdict decapsulate(Packet& packet, std::uint32_t esp_offset) const noexcept;

 private:
  static constexpr std::uint32_t kTrailer = sizeof(esp::Trailer), kHighHalf = 4;

  struct Text {
    std::uint8_t* data;
    std::uint32_t size;  // without padding and trailer
    std::uint8_t next_header;
  };
  static std::uint32_t inner_ipv4_size(Text const& text) noexcept;
  static void strip(Packet& packet, std::uint8_t* ip, std::uint32_t size,
                    std::uint16_t type) noexcept;
  Verdict decapsulate_after_tags(Packet& packet, std::uint32_t esp_offset) const noexcept;
  Verdict decapsulate_other(Packet& packet, Text const& text,
                            std::uint32_t esp_offset) const noexcept;
  Verdict leave_tunnel(Packet& packet, Text const& text) const noexcept;
  Verdict transport(Packet& packet, Text const& text, std::uint32_t esp_offset) const noexcept;

  SaMode mode_;
  bool udp_;
  std::uint8_t text_offset_;  // from the ESP header
  std::uint8_t behind_;       // bytes after the trailer
  std::uint8_t high_half_;    // bytes of the number that are appended
  std::uint8_t block_;
};
static_assert(sizeof(EspInbound) <= 8);

inline Verdict EspInbound::prepare(Packet& packet, OuterPacket const& outer, std::uint64_t sequence,
                                   std::uint32_t index) const noexcept {
  std::uint32_t const around =
      outer.esp_offset + std::uint32_t{text_offset_} + behind_ - high_half_;
  std::uint32_t const end = outer.end;
  if (outer.udp != udp_) [[unlikely]]
    return drop<"wrong_encapsulation">();
  if (end < around + kTrailer || ((end - around) & (block_ - 1u)) != 0) [[unlikely]]
    return drop<"bad_esp_size">();
  std::uint32_t const held = packet.length + std::uint32_t{packet.tailroom};
  std::uint32_t const length = end + high_half_;
  if (length > held || length > 0xffff) [[unlikely]]
    return drop<"no_tailroom">();
  if (high_half_ != 0) {
    auto const high = __builtin_bswap32(static_cast<std::uint32_t>(sequence >> 32));
    std::memcpy(packet.data + end, &high, sizeof high);
  }
  packet.length = static_cast<std::uint16_t>(length);
  packet.tailroom = static_cast<std::uint16_t>(held - length);
  packet.tag = SaTag(index, outer.esp_offset).value;
  packet.l2_length = outer.l2_length;
  return forward();
}

inline std::uint64_t EspInbound::sequence(Packet const& packet,
                                          std::uint32_t esp_offset) const noexcept {
  auto const& esp = *reinterpret_cast<esp::Header const*>(packet.data + esp_offset);
  std::uint64_t const low = esp.sequence.host();
  if (high_half_ == 0) return low;
  auto const* const high = packet.data + packet.length - kHighHalf;
  return low | std::uint64_t{reinterpret_cast<be32 const*>(high)->host()} << 32;
}

/// The length of an inner IPv4 packet from its header; 0 if that is wrong, or larger than the data.
inline std::uint32_t EspInbound::inner_ipv4_size(Text const& text) noexcept {
  if (text.size < ipv4::kSize) return 0;
  auto const& ip = *reinterpret_cast<ipv4::Header const*>(text.data);
  std::uint32_t const size = ip.total_length.host();
  bool const good = ip.version() == 4 && ip.header_size() >= ipv4::kSize &&
                    size >= ip.header_size() && size <= text.size;
  return good ? size : 0;
}

/// The inner packet's own length counts: the bytes after it hide its length (RFC 4303 section 2.7).
inline void EspInbound::strip(Packet& packet, std::uint8_t* ip, std::uint32_t size,
                              std::uint16_t type) noexcept {
  constexpr std::uint32_t kFieldsBeforeType = 2 * sizeof(ether::Address);
  auto* const before = packet.data;
  auto* const frame = ip - ether::kSize;
  std::uint32_t const length = ether::kSize + size;
  auto const moved = static_cast<std::uint32_t>(frame - before);
  std::uint32_t const headroom = packet.headroom + moved;
  std::uint32_t const tailroom = packet.length + std::uint32_t{packet.tailroom} - moved - length;
  std::memcpy(frame, before, kFieldsBeforeType);
  detail::put(frame + kFieldsBeforeType, be16::of(type));
  packet.data = frame;
  packet.headroom = static_cast<std::uint16_t>(headroom);
  packet.length = static_cast<std::uint16_t>(length);
  packet.tailroom = static_cast<std::uint16_t>(tailroom);
}

inline Verdict EspInbound::decapsulate(Packet& packet, std::uint32_t esp_offset) const noexcept {
  if (packet.l2_length != ether::kSize) [[unlikely]]
    return decapsulate_after_tags(packet, esp_offset);
  auto* const data = packet.data + esp_offset + text_offset_;
  auto const* const trailer = packet.data + packet.length - behind_ - kTrailer;
  auto const room = static_cast<std::uint32_t>(trailer - data);
  unsigned const padding = trailer[0];
  std::uint8_t const next_header = trailer[1];
  if (padding > room || !padding_holds(trailer, padding)) [[unlikely]]
    return drop<"bad_padding">();
  Text const text{data, room - padding, next_header};
  auto const& outer = *reinterpret_cast<ipv4::Header const*>(packet.data + ether::kSize);
  bool const plain = mode_ == SaMode::kTunnel && next_header == protocol::kIpv4 &&
                     outer.version() == 4 && (outer.tos & ecn::kMask) == ecn::kNotEct;
  if (!plain) [[unlikely]]
    return decapsulate_other(packet, text, esp_offset);
  auto const size = inner_ipv4_size(text);
  if (size == 0) [[unlikely]]
    return drop<"bad_inner_packet">();
  auto const& inner = *reinterpret_cast<ipv4::Header const*>(data);
  auto const tos = inner.tos;
  auto const flags = inner.fragment.host() >> kDontFragmentShift & header_flag::kDontFragment;
  strip(packet, data, size, ether::kIpv4);
  packet.ip_length = static_cast<std::uint16_t>(size);
  packet.tos = tos;
  packet.flags = static_cast<std::uint16_t>(header_flag::kIpv4 | flags);
  return forward();
}

}  // namespace warpline::ipsec
