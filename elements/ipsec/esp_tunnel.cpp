// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp_tunnel.hpp"

#include <cstring>

namespace warpline::ipsec {
namespace {

constexpr std::uint16_t kDontFragment = 0x4000;
constexpr std::uint8_t kOuterTtl = 64;
constexpr std::uint32_t kMaxLength = 65535;

/// The 16-bit ones' complement sum (RFC 1071) of the header's words, not folded.
std::uint32_t sum_words(ipv4::Header const& header) {
  auto const* const bytes = reinterpret_cast<std::uint8_t const*>(&header);
  std::uint32_t sum = 0;
  for (unsigned i = 0; i < ipv4::kSize; i += 2)
    sum += static_cast<std::uint32_t>(bytes[i] << 8 | bytes[i + 1]);
  return sum;
}

constexpr std::uint16_t fold(std::uint32_t sum) {
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~(sum + (sum >> 16)));
}

/// Padding 1, 2, 3, its length and room for the next header, as a little-endian word.
constexpr std::uint64_t kTrailers[4] = {0x00'00, 0x00'01'01, 0x00'02'02'01, 0x00'03'03'02'01};

}  // namespace

Verdict inspect_inner(Packet const& packet, InnerPacket& inner) noexcept {
  auto const* const frame = packet.header<ether::Header>(0);
  if (frame == nullptr) return drop<"truncated">();
  std::uint32_t const held = packet.length - ether::kSize;
  std::uint32_t size = 0;
  if (frame->type == be16::of(ether::kIpv4)) {
    auto const* const ip = packet.header<ipv4::Header>(ether::kSize);
    if (ip == nullptr) return drop<"truncated">();
    size = ip->total_length.host();
    if (ip->version() != 4 || ip->header_size() < ipv4::kSize || size < ip->header_size())
      return drop<"bad_ip_header">();
    inner.fragment = ip->fragment.host() & kDontFragment;
    inner.tos = ip->tos;
    inner.protocol = protocol::kIpv4;
  } else if (frame->type == be16::of(ether::kIpv6)) {
    auto const* const ip = packet.header<ipv6::Header>(ether::kSize);
    if (ip == nullptr) return drop<"truncated">();
    auto const first = ip->version_class_flow.host();
    if (first >> 28 != 6) return drop<"bad_ip_header">();
    size = ipv6::kSize + ip->payload_length.host();
    inner.fragment = kDontFragment;  // routers do not fragment IPv6
    inner.tos = static_cast<std::uint8_t>(first >> 20);
    inner.protocol = protocol::kIpv6;
  } else {
    return drop<"not_ip">();
  }
  if (size > held) return drop<"truncated">();
  inner.size = static_cast<std::uint16_t>(size);
  return forward();
}

EspTunnel::EspTunnel(SaConfig const& sa)
    : outer_{},
      spi_(be32::of(sa.spi)),
      checksum_(0),
      icv_size_(icv_size(sa.suite)),
      copy_df_(sa.copy_df) {
  outer_.version_ihl = 0x45;
  outer_.ttl = kOuterTtl;
  outer_.protocol = protocol::kEsp;
  outer_.source = sa.source;
  outer_.destination = sa.destination;
  checksum_ = sum_words(outer_);
}

Verdict EspTunnel::check_room(Packet const& packet, InnerPacket const& inner) const noexcept {
  std::uint32_t const room = static_cast<std::uint32_t>(packet.length) + packet.tailroom;
  if (kEspPrefix + end(inner) > kMaxLength) [[unlikely]]
    return drop<"too_big">();
  if (kEspPrefix > packet.headroom) [[unlikely]]
    return drop<"no_headroom">();
  if (end(inner) > room) [[unlikely]]
    return drop<"no_tailroom">();
  return forward();
}

bool EspTunnel::made(Packet const& packet) const noexcept {
  auto const& ethernet = *reinterpret_cast<ether::Header const*>(packet.data);
  auto const& outer = *reinterpret_cast<ipv4::Header const*>(packet.data + ether::kSize);
  auto const& header = *reinterpret_cast<esp::Header const*>(packet.data + kEspOffset);
  return ethernet.type == be16::of(ether::kIpv4) && outer.version_ihl == outer_.version_ihl &&
         outer.protocol == protocol::kEsp && outer.destination == outer_.destination &&
         outer.total_length.host() + ether::kSize == packet.length && header.spi == spi_;
}

void EspTunnel::encapsulate(Packet& packet, InnerPacket const& inner,
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
  auto* const trailer = packet.data + ether::kSize + inner.size;
  unsigned const padded = padding(inner.size);
  auto* const icv = trailer + padded + sizeof(esp::Trailer);
  std::uint64_t const word = kTrailers[padded] | static_cast<std::uint64_t>(inner.protocol)
                                                     << (8 * (padded + 1));
  std::memcpy(trailer, &word, sizeof(word));
  std::memset(icv, 0, sizeof(word));
  std::memset(icv + icv_size_ - sizeof(word), 0, sizeof(word));

  auto const behind = static_cast<std::uint32_t>(packet.length) + packet.tailroom - end(inner);
  packet.data = frame;
  packet.headroom = static_cast<std::uint16_t>(packet.headroom - kEspPrefix);
  packet.length = static_cast<std::uint16_t>(frame_size);
  packet.tailroom = static_cast<std::uint16_t>(behind);
}

}  // namespace warpline::ipsec
