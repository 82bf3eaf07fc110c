// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/packet/annotation_check.hpp"

namespace warpline {

char const* wrong_annotation(Packet const& packet, AnnotationSet valid) noexcept {
  using namespace header_flag;
  constexpr std::uint16_t kNetworkFlags = kIpv4 | kIpv6 | kDontFragment | kTruncated;
  auto fresh = packet;
  detail::parse_any<Annotation::kTransport>(fresh);
  auto const differ = [&](std::uint16_t flags) {
    return ((packet.flags ^ fresh.flags) & flags) != 0;
  };
  if (valid.contains(Annotation::kL2)) {
    if (packet.l2_length != fresh.l2_length) return "l2_length";
    if (differ(kTagged)) return "kTagged";
    if ((fresh.flags & kTagged) != 0 && packet.vlan != fresh.vlan) return "vlan";
  }
  if (valid.contains(Annotation::kNetwork)) {
    if (differ(kNetworkFlags)) return "flags";
    if (packet.ip_length != fresh.ip_length) return "ip_length";
    if (packet.tos != fresh.tos) return "tos";
  }
  if (valid.contains(Annotation::kTransport)) {
    if (differ(kFragment | kLaterFragment | kMalformed)) return "flags";
    if (packet.l3_length != fresh.l3_length) return "l3_length";
    if (packet.protocol != fresh.protocol) return "protocol";
  }
  return nullptr;
}

}  // namespace warpline
