// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/packet/esp_inbound.hpp"

#include "core/net/checksum.hpp"
#include "core/net/ip6_headers.hpp"
#include "elements/ipsec/packet/ecn.hpp"
#include "elements/ipsec/packet/hidden_tags.hpp"
#include "elements/ipsec/packet/transport_checksum.hpp"

namespace warpline::ipsec {
namespace {

unsigned outer_ecn(std::uint8_t const* ip) {
  return (ip[0] >> 4 == 4 ? ip[1] : ip[1] >> 4) & ecn::kMask;
}

void set_ecn(ipv4::Header& ip, unsigned field) {
  auto const before = ip.tos;
  ip.tos = static_cast<std::uint8_t>((before & ~ecn::kMask) | field);
  ip.checksum.set(checksum_update(ip.checksum.host(), before, ip.tos));
}

void set_ecn(ipv6::Header& ip, unsigned field) {
  constexpr unsigned kShift = 20;
  auto const before = ip.version_class_flow.host();
  ip.version_class_flow.set((before & ~(ecn::kMask << kShift)) | field << kShift);
}

}  // namespace

EspInbound::EspInbound(SaEncapsulation const& form)
    : mode_(form.mode),
      udp_(form.udp.has_value()),
      text_offset_(static_cast<std::uint8_t>(esp::kSize + form.iv_size)),
      high_half_(form.esn ? kHighHalf : 0),
      block_(form.block) {
  behind_ = static_cast<std::uint8_t>(form.icv_size + high_half_);
}

Verdict EspInbound::decapsulate_after_tags(Packet& packet,
                                           std::uint32_t esp_offset) const noexcept {
  HiddenTags const tags(packet);
  auto const verdict = decapsulate(packet, esp_offset - tags.size());
  tags.restore(packet);
  parse<Annotation::kNetwork>(packet);
  return verdict;
}

Verdict EspInbound::decapsulate_other(Packet& packet, Text const& text,
                                      std::uint32_t esp_offset) const noexcept {
  auto const verdict =
      mode_ == SaMode::kTunnel ? leave_tunnel(packet, text) : transport(packet, text, esp_offset);
  parse<Annotation::kNetwork>(packet);
  return verdict;
}

Verdict EspInbound::leave_tunnel(Packet& packet, Text const& text) const noexcept {
  unsigned const outer = outer_ecn(packet.data + ether::kSize);
  std::uint32_t size = 0;
  std::uint16_t type = 0;
  if (text.next_header == protocol::kIpv4) {
    auto& ip = *reinterpret_cast<ipv4::Header*>(text.data);
    size = inner_ipv4_size(text);
    if (size == 0) return drop<"bad_inner_packet">();
    type = ether::kIpv4;
    if (outer != ecn::kNotEct) {
      unsigned const inner = ip.tos & ecn::kMask, after = ecn::decapsulated(inner, outer);
      if (after == ecn::kDrop) return drop<"ce_not_ect">();
      if (after != inner) set_ecn(ip, after);
    }
  } else if (text.next_header == protocol::kIpv6) {
    auto& ip = *reinterpret_cast<ipv6::Header*>(text.data);
    if (text.size < ipv6::kSize) return drop<"bad_inner_packet">();
    size = ipv6::kSize + std::uint32_t{ip.payload_length.host()};
    if (ip.version_class_flow.host() >> 28 != 6 || size > text.size)
      return drop<"bad_inner_packet">();
    type = ether::kIpv6;
    if (outer != ecn::kNotEct) {
      unsigned const inner = outer_ecn(text.data), after = ecn::decapsulated(inner, outer);
      if (after == ecn::kDrop) return drop<"ce_not_ect">();
      if (after != inner) set_ecn(ip, after);
    }
  } else {
    return text.next_header == protocol::kNone ? drop<"dummy">() : drop<"bad_next_header">();
  }
  strip(packet, text.data, size, type);
  return forward();
}

Verdict EspInbound::transport(Packet& packet, Text const& text,
                              std::uint32_t esp_offset) const noexcept {
  if (text.next_header == protocol::kNone) return drop<"dummy">();
  std::uint32_t const kept = esp_offset - (udp_ ? udp::kSize : 0);
  auto const moved = static_cast<std::uint32_t>(text.data - packet.data) - kept;
  auto* const frame = packet.data + moved;
  auto const ip_size = static_cast<std::uint16_t>(kept - ether::kSize + text.size);
  std::uint32_t const length = kept + text.size;
  std::uint32_t const tailroom = packet.length + std::uint32_t{packet.tailroom} - moved - length;
  std::memmove(frame, packet.data, kept);
  packet.data = frame;
  packet.headroom = static_cast<std::uint16_t>(packet.headroom + moved);
  packet.length = static_cast<std::uint16_t>(length);
  packet.tailroom = static_cast<std::uint16_t>(tailroom);

  auto* const at = frame + ether::kSize;
  if (at[0] >> 4 == 4) {
    auto& ip = *reinterpret_cast<ipv4::Header*>(at);
    auto const with_size = checksum_update(ip.checksum.host(), ip.total_length.host(), ip_size);
    ip.checksum.set(checksum_update(with_size, ip.protocol, text.next_header));
    ip.total_length.set(ip_size);
    ip.protocol = text.next_header;
    if (udp_) renew_transport_checksum({at, ip_size});
    return forward();
  }
  std::uint32_t const headers = kept - ether::kSize;
  Ip6Headers chain({at, headers});
  while (chain.offset() < headers && chain.is_extension() && chain.is_whole()) chain.step();
  at[chain.next_at()] = text.next_header;
  reinterpret_cast<ipv6::Header*>(at)->payload_length.set(
      static_cast<std::uint16_t>(ip_size - ipv6::kSize));
  if (udp_) renew_transport_checksum({at, ip_size});
  return forward();
}

}  // namespace warpline::ipsec
