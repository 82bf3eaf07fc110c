// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "elements/ids/decode/decoded_packet.hpp"

namespace warpline::ids {

/// Finds the IP packets of a frame from the outside to the inside: after Ethernet, VLAN and QinQ tags,
/// MPLS, PPPoE and PPP, and within GRE, ERSPAN (type II), IP in IP, and UDP tunnels. Never reads
/// outside the frame; allocates nothing. One thread.
class FrameDecoder {
 public:
  static constexpr unsigned kMaxPackets = 4;  ///< of a frame; deeper ones are not looked at

  /// `udp_tunnels`: look into VXLAN, GENEVE and Teredo on their ports.
  explicit FrameDecoder(bool udp_tunnels = true) : udp_tunnels_(udp_tunnels) {}

  /// The packets of a frame; the span is valid until the next call. A frame without IP gives one
  /// packet with version 0.
  std::span<DecodedPacket const> decode(Bytes frame, LinkType link);
  /// The packets of an IP datagram alone, e.g. a reassembled one. `outer`: the packet that completed
  /// it, whose tags and layer it gets.
  std::span<DecodedPacket const> decode_datagram(Bytes datagram, DecodedPacket const& outer);

 private:
  /// The tags before an IP packet.
  struct Link {
    std::uint16_t vlan[2]{};
    std::uint8_t vlan_tags = 0;
  };

  void event(std::uint32_t bit);
  void tunnel(Carrier carrier, std::uint32_t begin);
  void ethernet(std::uint32_t offset);
  void ether_type(std::uint16_t type, std::uint32_t offset);
  void mpls(std::uint32_t offset);
  void ppp(std::uint32_t offset);
  void pppoe(std::uint32_t offset);
  void linux_cooked(std::uint32_t type_offset, std::uint32_t size);
  void null_link();
  void ip(std::uint32_t offset);
  void ip_version(std::uint32_t offset, unsigned version);
  void transport(DecodedPacket& packet);
  void tcp(DecodedPacket& packet);
  void udp(DecodedPacket& packet);
  void icmp(DecodedPacket& packet);
  void sctp(DecodedPacket& packet);
  void gre(DecodedPacket const& packet);
  void udp_tunnel(DecodedPacket const& packet);
  bool has(std::uint32_t offset, std::uint32_t size) const;
  std::uint16_t half(std::uint32_t offset) const;

  bool udp_tunnels_;
  Bytes frame_{};  // up to the end of the innermost packet so far
  Link link_{};
  unsigned layer_ = 0, count_ = 0;
  Carrier carrier_ = Carrier::kLink;  // of the next packet
  std::uint32_t begin_ = 0;           // of what it carries
  unsigned depth_ = 0;                // of headers, against endless chains
  std::array<DecodedPacket, kMaxPackets> packets_{};
};

}  // namespace warpline::ids
