// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/net/checksum.hpp"
#include "core/net/wire.hpp"
#include "io/generator/generator_options.hpp"

namespace warpline {

/// The headers of one flow, Ethernet to UDP, without lengths, identification and checksum.
struct alignas(64) Flow {
  static constexpr unsigned kSize4 = ether::kSize + ipv4::kSize + udp::kSize;
  static constexpr unsigned kSize6 = ether::kSize + ipv6::kSize + udp::kSize;

  std::array<std::uint8_t, kSize6> header;
  std::uint16_t sum;  ///< of the IPv4 header, or of UDP's pseudo-header and ports over IPv6, folded
};
static_assert(sizeof(Flow) == 64);

/// All flows of a generator, in seeded random order: the same for any number of queues. Throws
/// `ConfigError` if there are too few addresses for the flows, or the families differ.
std::vector<Flow> make_flows(GeneratorOptions const& options);

/// Writes the headers of an IPv4 packet of `frame` bytes; the UDP checksum is 0: none (RFC 768).
inline void write_ipv4_headers(std::uint8_t* data, Flow const& flow, unsigned frame,
                               std::uint16_t identification) {
  std::memcpy(data, flow.header.data(), Flow::kSize4);
  auto const total = static_cast<std::uint16_t>(frame - ether::kSize);
  auto& ip = *reinterpret_cast<ipv4::Header*>(data + ether::kSize);
  auto& udp = *reinterpret_cast<udp::Header*>(data + ether::kSize + ipv4::kSize);
  ip.total_length.set(total);
  ip.id.set(identification);
  ip.checksum.set(checksum_of(std::uint32_t{flow.sum} + total + identification));
  udp.length.set(static_cast<std::uint16_t>(total - ipv4::kSize));
}

/// Writes the headers of an IPv6 packet of `frame` bytes. `payload_sum` is the folded
/// `checksum_sum` of the payload; if `checksummed` is false, the UDP checksum is 0.
inline void write_ipv6_headers(std::uint8_t* data, Flow const& flow, unsigned frame,
                               bool checksummed, std::uint16_t payload_sum) {
  std::memcpy(data, flow.header.data(), Flow::kSize6);
  auto const length = static_cast<std::uint16_t>(frame - ether::kSize - ipv6::kSize);
  auto& ip = *reinterpret_cast<ipv6::Header*>(data + ether::kSize);
  auto& udp = *reinterpret_cast<udp::Header*>(data + ether::kSize + ipv6::kSize);
  ip.payload_length.set(length);
  udp.length.set(length);
  if (!checksummed) return;
  // The length is counted twice: in the pseudo-header and in UDP's own (RFC 8200 section 8.1).
  auto const checksum = checksum_of(std::uint32_t{flow.sum} + 2u * length + payload_sum);
  udp.checksum.set(checksum == 0 ? 0xffff : checksum);
}

}  // namespace warpline
