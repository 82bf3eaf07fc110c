// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp_tunnel.hpp"

namespace warpline::ipsec {

EspTunnel::EspTunnel(SaConfig const& sa)
    : outer_{},
      spi_(be32::of(sa.spi)),
      checksum_(0),
      fragment_(sa.copy_df ? InnerPacket::kDontFragment : std::uint16_t{0}) {
  constexpr std::uint8_t kTtl = 64;
  outer_.version_ihl = 0x45;
  outer_.ttl = kTtl;
  outer_.protocol = protocol::kEsp;
  outer_.source = sa.source;
  outer_.destination = sa.destination;
  auto const* const bytes = reinterpret_cast<std::uint8_t const*>(&outer_);
  for (unsigned i = 0; i < ipv4::kSize; i += 2)
    checksum_ += static_cast<std::uint32_t>(bytes[i] << 8 | bytes[i + 1]);
}

bool EspTunnel::made(Packet const& packet) const noexcept {
  auto const& ethernet = *reinterpret_cast<ether::Header const*>(packet.data);
  auto const& outer = *reinterpret_cast<ipv4::Header const*>(packet.data + ether::kSize);
  auto const& header = *reinterpret_cast<esp::Header const*>(packet.data + kEspOffset);
  return ethernet.type == be16::of(ether::kIpv4) && outer.version_ihl == outer_.version_ihl &&
         outer.protocol == protocol::kEsp && outer.destination == outer_.destination &&
         outer.total_length.host() + ether::kSize == packet.length && header.spi == spi_;
}

}  // namespace warpline::ipsec
