// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/packet/esp_outbound.hpp"

#include "core/net/checksum.hpp"
#include "core/net/ip6_headers.hpp"
#include "elements/ipsec/packet/hidden_tags.hpp"
#include "elements/ipsec/packet/outer_packet.hpp"

namespace warpline::ipsec {

using detail::put;

namespace {

bool is_plain(SaEncapsulation const& form) {
  return form.iv_size == 8 && form.block == 4 && !form.dscp;
}

}  // namespace

EspOutbound::EspOutbound(std::uint32_t spi, SaEncapsulation const& form)
    : spi_(be32::of(spi)),
      fragment_kept_(form.df == DfPolicy::kCopy ? InnerPacket::kDontFragment : std::uint16_t{0}),
      fragment_set_(form.df == DfPolicy::kSet ? InnerPacket::kDontFragment : std::uint16_t{0}),
      tos_kept_(form.dscp ? 0x03 : 0xff),
      tos_set_(static_cast<std::uint8_t>(form.dscp.value_or(0) << 2)),
      hop_limit_(form.hop_limit),
      iv_size_(form.iv_size),
      icv_size_(form.icv_size),
      block_(form.block) {
  bool const ipv4 = form.destination.version == 4;
  if (form.mode == SaMode::kTransport)
    kind_ = form.udp ? Kind::kTransportUdp : Kind::kTransport;
  else if (ipv4)
    kind_ = form.udp ? Kind::kIpv4Udp : is_plain(form) ? Kind::kPlain : Kind::kIpv4;
  else
    kind_ = form.udp ? Kind::kIpv6Udp : Kind::kIpv6;
  std::uint32_t const ip_size = form.mode == SaMode::kTransport ? 0
                                : ipv4                          ? ipv4::kSize
                                                                : ipv6::kSize;
  prefix_ = static_cast<std::uint8_t>(ip_size + udp_size(kind_) + esp::kSize + iv_size_);

  std::uint32_t const address_size = ipv4 ? sizeof(be32) : sizeof(ipv6::Address);
  std::memcpy(addresses_, form.source.bytes.data(), address_size);
  std::memcpy(addresses_ + address_size, form.destination.bytes.data(), address_size);
  std::uint8_t const protocol = form.udp ? protocol::kUdp : protocol::kEsp;
  if (ipv4 && form.mode == SaMode::kTunnel)
    checksum_ = checksum_sum({addresses_, 2 * sizeof(be32)},
                             0x4500u + unsigned{hop_limit_} * 0x100u + protocol);
  else if (form.has_udp_checksum())
    checksum_ = protocol;
  if (kind_ == Kind::kIpv6Udp && checksum_ != 0)
    checksum_ = checksum_sum({addresses_, sizeof addresses_}, checksum_);
  if (form.udp) {
    be16 const ports[] = {be16::of(form.udp->source), be16::of(form.udp->destination)};
    std::memcpy(&ports_, ports, sizeof ports_);
  }
}

Verdict EspOutbound::inspect_transport(Packet const& packet, InnerPacket& inner) const noexcept {
  auto const* const ip = packet.data + packet.l2_length;
  std::uint32_t headers = 0, next_at = 0;
  if (is_ipv4(packet)) {
    constexpr std::uint16_t kPlace = 0x3fff;  // offset and MF
    auto const& header = *reinterpret_cast<ipv4::Header const*>(ip);
    if ((header.fragment.host() & kPlace) != 0) return drop<"fragment">();
    headers = header.header_size();
    next_at = offsetof(ipv4::Header, protocol);
  } else {
    // After the last header that routers may read. Destination options that are not followed by
    // such a header are only for the other end, and are protected (RFC 4303 section 3.1.1).
    Ip6Headers chain({ip, packet.ip_length});
    headers = chain.offset();
    next_at = chain.next_at();
    while (chain.is_extension()) {
      if (!chain.is_whole()) return drop<"bad_ip_header">();
      if (chain.in_parts()) return drop<"fragment">();
      bool const for_the_end = chain.next() == Ip6Headers::kDestinationOptions;
      chain.step();
      if (for_the_end) continue;
      headers = chain.offset();
      next_at = chain.next_at();
    }
  }
  if (packet.l2_length + headers + udp_size(kind_) > kLastEspOffset) return drop<"long_headers">();
  inner.headers = static_cast<std::uint16_t>(headers);
  inner.next_at = static_cast<std::uint16_t>(next_at);
  return forward();
}

template <EspOutbound::Kind kKind>
void EspOutbound::transport(Packet& packet, InnerPacket const& inner, std::uint64_t sequence,
                            std::uint32_t index) const noexcept {
  auto* const data = packet.data;
  auto* const frame = data - prefix_;
  auto* const text = data + ether::kSize + inner.headers;
  std::uint32_t const kept = ether::kSize + inner.headers;
  std::uint32_t const frame_size = prefix_ + inner.end;
  std::uint32_t const free =
      static_cast<std::uint32_t>(packet.length) + packet.tailroom - inner.end;
  std::uint8_t const next_header = data[ether::kSize + inner.next_at];
  auto const protocol = udp_size(kKind) == 0 ? protocol::kEsp : protocol::kUdp;
  auto const ip_size = static_cast<std::uint16_t>(frame_size - ether::kSize);

  std::memmove(frame, data, kept);
  std::uint32_t pseudo_sum = 0;
  if (is_ipv4(packet)) {
    auto& ip = *reinterpret_cast<ipv4::Header*>(frame + ether::kSize);
    auto const with_size = checksum_update(ip.checksum.host(), ip.total_length.host(), ip_size);
    ip.checksum.set(checksum_update(with_size, ip.protocol, protocol));
    ip.total_length.set(ip_size);
  } else {
    auto& ip = *reinterpret_cast<ipv6::Header*>(frame + ether::kSize);
    ip.payload_length.set(static_cast<std::uint16_t>(ip_size - ipv6::kSize));
    if (udp_size(kKind) != 0 && checksum_ != 0)
      pseudo_sum = checksum_sum({ip.source.bytes, sizeof ip.source}, checksum_) +
                   checksum_sum({Ip6Headers::destination({frame + ether::kSize, inner.headers}),
                                 sizeof ip.destination});
  }
  frame[ether::kSize + inner.next_at] = protocol;
  put_udp<kKind>(frame + kept, ports_, frame_size - kept, pseudo_sum);
  auto* const esp = frame + kept + udp_size(kKind);
  put(esp, spi_);
  put(esp + 4, __builtin_bswap32(static_cast<std::uint32_t>(sequence)));
  if (iv_size_ == 16) put(text - 16, std::uint64_t{0});
  if (iv_size_ >= 8) put(text - 8, __builtin_bswap64(sequence));
  put_trailer(text + (packet.ip_length - inner.headers), inner.padding, block_, next_header,
              icv_size_, sequence);

  packet.data = frame;
  packet.headroom = static_cast<std::uint16_t>(packet.headroom - prefix_);
  packet.length = static_cast<std::uint16_t>(frame_size);
  packet.tailroom = static_cast<std::uint16_t>(free);
  packet.tag = SaTag(index, kept + udp_size(kKind)).value;
}

/// The last 12 bytes before the Ethernet type, addresses or tags, move like addresses; the bytes
/// before them are restored.
void EspOutbound::encapsulate_after_tags(Packet& packet, InnerPacket inner, std::uint64_t sequence,
                                         std::uint32_t index) const noexcept {
  HiddenTags const tags(packet);
  inner.end -= tags.size();
  encapsulate(packet, inner, sequence, index);
  auto const offset = SaTag::kFirstOffset + SaTag(packet.tag).offset();
  tags.restore(packet);
  packet.tag = SaTag(index, offset + tags.size()).value;
  parse<Annotation::kNetwork>(packet);
}

void EspOutbound::encapsulate_other(Packet& packet, InnerPacket inner, std::uint64_t sequence,
                                    std::uint32_t index) const noexcept {
  switch (kind_) {
    case Kind::kPlain:
    case Kind::kIpv4:
      enter_tunnel<Kind::kIpv4>(packet, inner, sequence, index);
      break;
    case Kind::kIpv4Udp:
      enter_tunnel<Kind::kIpv4Udp>(packet, inner, sequence, index);
      break;
    case Kind::kIpv6:
      enter_tunnel<Kind::kIpv6>(packet, inner, sequence, index);
      break;
    case Kind::kIpv6Udp:
      enter_tunnel<Kind::kIpv6Udp>(packet, inner, sequence, index);
      break;
    case Kind::kTransport:
      transport<Kind::kTransport>(packet, inner, sequence, index);
      break;
    case Kind::kTransportUdp:
      transport<Kind::kTransportUdp>(packet, inner, sequence, index);
      break;
  }
  parse<Annotation::kNetwork>(packet);
}

bool EspOutbound::is_own(Packet const& packet, std::uint32_t esp_offset) const noexcept {
  be16 port{};
  std::memcpy(&port, reinterpret_cast<std::uint8_t const*>(&ports_) + sizeof port, sizeof port);
  OuterPacket outer{};
  if (inspect_outer(packet, outer, port.host()) != OuterKind::kEsp ||
      outer.esp_offset != esp_offset || outer.end != packet.length || outer.spi != spi_.host())
    return false;
  std::uint32_t const around = esp_offset + esp::kSize + iv_size_ + icv_size_;
  if (outer.end < around + kTrailer || (outer.end - around) % block_ != 0) return false;
  if (kind_ >= Kind::kTransport) return outer.udp == (kind_ == Kind::kTransportUdp);
  bool const ipv4 = kind_ <= Kind::kIpv4Udp;
  auto const address_size = ipv4 ? sizeof(be32) : sizeof(ipv6::Address);
  return outer.ipv4 == ipv4 && outer.udp == (udp_size(kind_) != 0) &&
         std::memcmp(outer.destination, addresses_ + address_size, address_size) == 0;
}

}  // namespace warpline::ipsec
