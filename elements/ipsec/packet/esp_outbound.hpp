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
#include "elements/ipsec/packet/esp_trailer.hpp"
#include "elements/ipsec/packet/inner_packet.hpp"

/// Encapsulates the IP packet of a frame in ESP, in place (RFC 4303 section 3.1): headers are
/// inserted before it or among its own, and the Ethernet header moves to the front. Encryption
/// follows.
namespace warpline::ipsec {

/// The headers of one outbound SA's packets, prepared once; with a sequence number in one cache
/// line. Any thread may use it. The two steps of a packet are inline for IPv4 outside without UDP:
/// called through objects they cost 6 of 37 cycles more (Zen 5, November
/// 2026).
class EspOutbound {
 public:
  /// `form` must be possible: addresses of one version, sizes that fit the suite.
  EspOutbound(std::uint32_t spi, SaEncapsulation const& form);

  /// Computes the sizes of the packet, after `inspect_inner` has accepted it, and checks that frame
  /// and buffer have space. Drops: `too_big`, `no_headroom`, `no_tailroom`; in transport mode also
  /// `fragment`, `bad_ip_header`, `long_headers`.
  Verdict check_room(Packet const& packet, InnerPacket& inner) const noexcept;

  std::uint32_t spi() const { return spi_.host(); }
  /// Bytes of the frame after `encapsulate`; call it after `check_room`.
  std::uint32_t frame_size(InnerPacket const& inner) const { return prefix_ + inner.end; }

  /// Writes headers, IV field and trailer, the high half of the sequence number, and zeros in the
  /// space for the ICV; sets the tag to `SaTag` of `index` and annotates the packet (`kNetwork`). `check_room` must have succeeded. The
  /// IV is the 64-bit sequence number, so it is unique while numbers are. Its low 16 bits are the
  /// identification of an outer IPv4 header. A UDP checksum that is computed after encryption is
  /// prepared as described in udp_checksum.hpp.
  void encapsulate(Packet& packet, InnerPacket const& inner, std::uint64_t sequence,
                   std::uint32_t index) const noexcept;

  /// True if packets are protected after their own IP headers.
  bool is_transport() const { return kind_ >= Kind::kTransport; }
  /// Transport mode: finds the place for ESP, and sets `headers` and `next_at`. Drops: `fragment`,
  /// `bad_ip_header`, `long_headers`.
  Verdict inspect_transport(Packet const& packet, InnerPacket& inner) const noexcept;
  /// The maximum size of an IP packet whose encapsulated form has at most `mtu` bytes from the IP
  /// header on; 0 if nothing fits. `headers`: the bytes that stay before ESP in transport mode; 0
  /// in tunnel mode.
  std::uint32_t most_inner(std::uint32_t mtu, std::uint32_t headers = 0) const {
    std::uint32_t const around = prefix_ + headers + icv_size_;
    std::uint32_t const text = mtu < around ? 0 : (mtu - around) / block_ * block_;
    return text < kTrailer ? 0 : headers + text - kTrailer;
  }

  /// Returns whether the frame is an ESP packet of this SA, according to its headers, with the ESP
  /// header at `esp_offset`.
  bool is_own(Packet const& packet, std::uint32_t esp_offset) const noexcept;

 private:
  enum class Kind : std::uint8_t {
    kPlain,  // IPv4 without UDP, an IV of 8 bytes, trailers aligned to 4, DSCP copied
    kIpv4,
    kIpv4Udp,
    kIpv6,
    kIpv6Udp,
    kTransport,
    kTransportUdp
  };

  static constexpr std::uint32_t kTrailer = sizeof(esp::Trailer);
  static constexpr std::uint32_t wire(std::uint16_t value) { return __builtin_bswap16(value); }
  /// The ones' complement of a sum of 16-bit words (RFC 1071).
  static constexpr std::uint16_t fold(std::uint32_t sum) {
    sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~(sum + (sum >> 16)));
  }
  static constexpr std::uint32_t udp_size(Kind kind) {
    bool const has =
        kind == Kind::kIpv4Udp || kind == Kind::kIpv6Udp || kind == Kind::kTransportUdp;
    return has ? udp::kSize : 0;
  }
  template <Kind kKind>
  void enter_tunnel(Packet& packet, InnerPacket const& inner, std::uint64_t sequence,
                    std::uint32_t index) const noexcept;
  template <Kind kKind>
  void transport(Packet& packet, InnerPacket const& inner, std::uint64_t sequence,
                 std::uint32_t index) const noexcept;
  void encapsulate_after_tags(Packet& packet, InnerPacket inner, std::uint64_t sequence,
                              std::uint32_t index) const noexcept;
  void encapsulate_other(Packet& packet, InnerPacket inner, std::uint64_t sequence,
                         std::uint32_t index) const noexcept;
  template <Kind kKind>
  static void put_udp(std::uint8_t* at, std::uint32_t ports, std::uint32_t size,
                      std::uint32_t pseudo_sum);

  std::uint8_t addresses_[2 * sizeof(ipv6::Address)]{};  // source, destination; IPv4: 8 bytes
  be32 spi_;
  // The constant part of a checksum: in a tunnel of IPv4 the outer header, over IPv6 the pseudo
  // header for UDP; in transport mode the protocol. 0 over IPv6: no checksum.
  std::uint32_t checksum_ = 0;
  std::uint32_t ports_ = 0;  // in memory order
  std::uint16_t fragment_kept_, fragment_set_;
  std::uint8_t tos_kept_, tos_set_;
  std::uint8_t hop_limit_;
  Kind kind_;
  std::uint8_t prefix_;  // bytes that the frame grows by at its front
  std::uint8_t iv_size_, icv_size_, block_;
};
static_assert(sizeof(EspOutbound) == 56);

inline Verdict EspOutbound::check_room(Packet const& packet, InnerPacket& inner) const noexcept {
  constexpr std::uint32_t kMaxLength = 65535;
  std::uint32_t text = packet.ip_length;
  if (kind_ >= Kind::kTransport) [[unlikely]] {
    InnerPacket headers{};  // `inner` itself stays in registers
    auto const seen = inspect_transport(packet, headers);
    if (seen.is_drop()) return seen;
    inner.headers = headers.headers;
    inner.next_at = headers.next_at;
    text -= inner.headers;
  }
  std::uint32_t const padding = (0u - text - kTrailer) & (block_ - 1u);
  std::uint32_t const end = packet.l2_length + packet.ip_length + padding + kTrailer + icv_size_;
  std::uint32_t const room = static_cast<std::uint32_t>(packet.length) + packet.tailroom;
  inner.padding = static_cast<std::uint16_t>(padding);
  inner.end = end;
  if (prefix_ + end > kMaxLength) [[unlikely]]
    return drop<"too_big">();
  if (prefix_ > packet.headroom) [[unlikely]]
    return drop<"no_headroom">();
  if (end > room) [[unlikely]]
    return drop<"no_tailroom">();
  return forward();
}

inline void EspOutbound::encapsulate(Packet& packet, InnerPacket const& inner,
                                     std::uint64_t sequence, std::uint32_t index) const noexcept {
  if (packet.l2_length != ether::kSize) [[unlikely]]
    encapsulate_after_tags(packet, inner, sequence, index);
  else if (kind_ == Kind::kPlain) [[likely]]
    enter_tunnel<Kind::kPlain>(packet, inner, sequence, index);
  else
    encapsulate_other(packet, inner, sequence, index);
}

template <EspOutbound::Kind kKind>
inline void EspOutbound::put_udp(std::uint8_t* at, std::uint32_t ports, std::uint32_t size,
                                 std::uint32_t pseudo_sum) {
  if constexpr (udp_size(kKind) != 0) {
    std::uint32_t checksum = 0;  // no place
    if (pseudo_sum != 0) checksum = static_cast<std::uint16_t>(~fold(pseudo_sum + size));
    detail::put(at, ports);
    detail::put(at + 4, wire(static_cast<std::uint16_t>(size)) |
                            wire(static_cast<std::uint16_t>(checksum)) << 16);
  }
}

// All values are read before the first byte is written, because the compiler must assume that bytes
// of the frame are members of `packet`, `inner` or this object. The outer header is written in
// words: a copy of the header with some fields changed costs 30 cycles (Zen 5, November 2026),
// because its loads meet narrower stores. The bytes written too far before the IV are overwritten by the headers, in that
// order.
template <EspOutbound::Kind kKind>
inline void EspOutbound::enter_tunnel(Packet& packet, InnerPacket const& inner,
                                      std::uint64_t sequence, std::uint32_t index) const noexcept {
  using detail::put;
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  constexpr std::uint32_t kPlainPrefix = ipv4::kSize + esp::kSize + kWord;
  constexpr bool kPlain = kKind == Kind::kPlain;
  constexpr bool kIpv4 = kPlain || kKind == Kind::kIpv4 || kKind == Kind::kIpv4Udp;
  constexpr std::uint32_t kIpSize = kIpv4 ? ipv4::kSize : ipv6::kSize, kUdpSize = udp_size(kKind);
  constexpr std::uint8_t kProtocol = kUdpSize == 0 ? protocol::kEsp : protocol::kUdp;
  auto* const data = packet.data;
  std::uint32_t const prefix = kPlain ? kPlainPrefix : prefix_;
  auto* const frame = data - prefix;
  unsigned const padding = inner.padding, block = kPlain ? 4 : block_, icv_size = icv_size_;
  std::uint8_t const next_header = is_ipv4(packet) ? protocol::kIpv4 : protocol::kIpv6;
  std::uint32_t const size = packet.ip_length, end = inner.end;
  std::uint32_t const frame_size = prefix + end;
  std::uint32_t const free = static_cast<std::uint32_t>(packet.length) + packet.tailroom - end;
  std::uint32_t const headroom = packet.headroom - prefix;
  auto const ip_size = static_cast<std::uint16_t>(frame_size - ether::kSize);
  auto const identification = static_cast<std::uint16_t>(sequence);
  auto const fragment =
      static_cast<std::uint16_t>((fragment_flags(packet) & fragment_kept_) | fragment_set_);
  std::uint32_t const tos = kPlain ? packet.tos : (packet.tos & tos_kept_) | tos_set_;
  std::uint32_t const hop_limit = hop_limit_;
  std::uint32_t const constant_sum = checksum_;
  auto const checksum = fold(constant_sum + tos + ip_size + identification + fragment);
  auto const spi = spi_;
  std::uint32_t const ports = ports_;
  std::uint64_t addresses[kIpv4 ? 1 : 4];
  std::memcpy(addresses, addresses_, sizeof addresses);

  auto* const ip = frame + ether::kSize;
  auto* const udp = ip + kIpSize;
  auto* const esp = udp + kUdpSize;
  auto* const text = data + ether::kSize;
  std::memcpy(frame, data, 2 * sizeof(ether::Address));
  put(frame + 2 * sizeof(ether::Address), be16::of(kIpv4 ? ether::kIpv4 : ether::kIpv6));
  if constexpr (!kPlain) put(text - 2 * kWord, std::uint64_t{0});
  put(text - kWord, __builtin_bswap64(sequence));
  put(esp, spi);
  put(esp + 4, __builtin_bswap32(static_cast<std::uint32_t>(sequence)));
  put_udp<kKind>(udp, ports, ip_size - kIpSize, kIpv4 ? 0 : constant_sum);
  if constexpr (kIpv4) {
    put(ip, 0x45 | tos << 8 | wire(ip_size) << 16);
    put(ip + 4, wire(identification) | wire(fragment) << 16);
    put(ip + 8, hop_limit | static_cast<std::uint32_t>(kProtocol) << 8 | wire(checksum) << 16);
    put(ip + 12, addresses);
  } else {
    put(ip, __builtin_bswap32(0x60000000 | tos << 20));
    put(ip + 4,
        wire(static_cast<std::uint16_t>(ip_size - kIpSize)) | kProtocol << 16 | hop_limit << 24);
    put(ip + 8, addresses);
  }
  put_trailer(text + size, padding, block, next_header, icv_size, sequence);

  packet.data = frame;
  packet.length = static_cast<std::uint16_t>(frame_size);
  packet.headroom = static_cast<std::uint16_t>(headroom);
  packet.tailroom = static_cast<std::uint16_t>(free);
  packet.tag = SaTag(index, ether::kSize + kIpSize + kUdpSize).value;
  if constexpr (kPlain) {
    packet.ip_length = ip_size;
    packet.tos = static_cast<std::uint8_t>(tos);
    packet.flags = static_cast<std::uint16_t>(header_flag::kIpv4 | fragment >> kDontFragmentShift);
  }
}

}  // namespace warpline::ipsec
