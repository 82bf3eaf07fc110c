// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "elements/ipsec/packet/esp_inbound.hpp"
#include "elements/ipsec/packet/esp_outbound.hpp"
#include "elements/ipsec/packet/transport_checksum.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using warpline::fuzz::require;
using namespace warpline;
using namespace warpline::ipsec;

/// The encapsulation that a byte selects: mode, UDP, extended numbers, IPv6 outside, and one of the
/// suites' sizes.
SaEncapsulation form_of(std::uint8_t choice) {
  constexpr std::uint8_t kSizes[][3] = {{8, 16, 4},  {8, 12, 4}, {16, 12, 16}, {16, 16, 16},
                                        {16, 8, 16}, {0, 16, 4}, {0, 12, 4},   {8, 8, 4}};
  SaEncapsulation form;
  if ((choice & 1) != 0) form.mode = SaMode::kTransport;
  if ((choice & 2) != 0) form.udp.emplace();
  form.esn = (choice & 4) != 0;
  form.source.version = form.destination.version = (choice & 8) != 0 ? 6 : 4;
  auto const& sizes = kSizes[choice >> 4 & 7];
  form.iv_size = sizes[0];
  form.icv_size = sizes[1];
  form.block = sizes[2];
  return form;
}

/// Ethernet, tags included, with IP whose length is the frame's.
void check_frame(Packet const& packet, Packet const& before) {
  require(packet.data - packet.headroom == before.data - before.headroom, "the same buffer");
  require(packet.headroom + packet.length + packet.tailroom ==
              before.headroom + before.length + before.tailroom,
          "all of the buffer");
  std::uint32_t const l2 = packet.l2_length;
  if (load_be16(packet.data + l2 - 2) == ether::kIpv4)
    require(packet.header<ipv4::Header>(l2)->total_length.host() + l2 == packet.length, "length");
  else
    require(
        packet.header<ipv6::Header>(l2)->payload_length.host() + l2 + ipv6::kSize == packet.length,
        "length");
}

/// The IP packet after reception, without Ethernet and trailing bytes; empty if it was dropped.
std::vector<std::uint8_t> receive(SaEncapsulation const& form, Packet packet) {
  auto const before = packet;
  EspInbound const sa(form);
  OuterPacket outer{};
  auto const kind = inspect_outer(packet, outer);
  if (kind != OuterKind::kEsp)
    return require(dropped_as(kind).is_drop(), "a drop"), std::vector<std::uint8_t>{};
  require(outer.esp_offset + esp::kSize <= outer.end && outer.end <= packet.length, "a place");
  auto const number = std::uint64_t{form.esn} << 32 | outer.sequence;
  if (sa.prepare(packet, outer, number, 1).is_drop()) return {};
  SaTag const tag(packet.tag);
  require(tag.index() == 1 && tag.offset() + SaTag::kFirstOffset == outer.esp_offset, "a tag");
  require(sa.sequence(packet, outer.esp_offset) == number, "the number");
  if (sa.decapsulate(packet, outer.esp_offset).is_drop()) return {};
  check_frame(packet, before);
  return {packet.data + packet.l2_length, packet.data + packet.length};
}

void send(SaEncapsulation const& form, Packet packet) {
  auto const before = packet;
  EspOutbound const sa(0x100, form);
  InnerPacket inner{};
  parse<Annotation::kNetwork>(packet);
  if (inspect_inner(packet).is_drop() || sa.check_room(packet, inner).is_drop()) return;
  bool const v4 = is_ipv4(packet);
  auto const* const ip = packet.data + packet.l2_length;
  std::vector<std::uint8_t> clear(ip, ip + packet.ip_length);
  bool const dummy = form.mode == SaMode::kTransport &&
                     ip[inner.next_at] == protocol::kNone;  // RFC 4303 section 2.6
  sa.encapsulate(packet, inner, 1, 1);
  check_frame(packet, before);
  bool const may_be_routed = !v4 && std::find(clear.begin(), clear.end(), 43) != clear.end();
  if (form.mode == SaMode::kTransport && may_be_routed) return;  // another host's to take in
  require(sa.is_own(packet, SaTag(packet.tag).offset() + SaTag::kFirstOffset), "its own packet");
  if (packet.tailroom < 4) return;
  auto const back = receive(form, packet);
  if (form.mode == SaMode::kTransport && form.udp)  // whatever it was, it arrives right (RFC 3948)
    renew_transport_checksum({clear.data(), static_cast<std::uint32_t>(clear.size())});
  if (dummy)
    require(back.empty(), "no packet");
  else if (form.mode == SaMode::kTransport && v4)
    require(back.size() == clear.size(), "the same size");  // checksums of 0 and 0xffff are one
  else
    require(back == clear, "the same packet");
}

}  // namespace

/// A byte for the form, one for the room around the frame, then the frame: a verdict in either
/// direction, nothing outside the buffer, and frames that are right where they go on.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size < 2 || size > 65535) return 0;
  auto const form = form_of(data[0]);
  unsigned const headroom = data[1] & 0x7f, tailroom = data[1] >> 7 != 0 ? 64 : data[1] & 7;
  std::size_t const length = size - 2;
  for (bool const in : {true, false}) {
    std::unique_ptr<std::uint8_t[]> const buffer(new std::uint8_t[headroom + length + tailroom]());
    Packet packet{};
    packet.data = buffer.get() + headroom;
    packet.headroom = static_cast<std::uint16_t>(headroom);
    packet.length = static_cast<std::uint16_t>(length);
    packet.tailroom = static_cast<std::uint16_t>(tailroom);
    if (length != 0) std::memcpy(packet.data, data + 2, length);
    in ? void(receive(form, packet)) : send(form, packet);
  }
  return 0;
}
