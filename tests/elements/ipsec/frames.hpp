// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>

#include "core/net/ip_address.hpp"
#include "core/net/wire.hpp"
#include "core/packet/packet.hpp"
#include "tests/elements/ipsec/vectors.hpp"

namespace warpline::ipsec::testing {

/// A frame in an allocation of exactly its room: a sanitizer sees every byte outside.
class Frame {
 public:
  explicit Frame(Octets const& bytes, unsigned headroom = 64, unsigned tailroom = 64)
      : storage_(new std::uint8_t[headroom + bytes.size() + tailroom]) {
    std::memset(storage_.get(), 0xee, headroom + bytes.size() + tailroom);
    std::copy(bytes.begin(), bytes.end(), storage_.get() + headroom);
    packet = Packet{};
    packet.data = storage_.get() + headroom;
    packet.length = static_cast<std::uint16_t>(bytes.size());
    packet.headroom = static_cast<std::uint16_t>(headroom);
    packet.tailroom = static_cast<std::uint16_t>(tailroom);
  }
  Octets bytes() const { return {packet.data, packet.data + packet.length}; }

  Packet packet;

 private:
  std::unique_ptr<std::uint8_t[]> storage_;
};

inline Octets random_octets(std::mt19937& random, std::size_t size) {
  Octets bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

template <class Header>
Octets octets_of(Header const& header) {
  auto const* const bytes = reinterpret_cast<std::uint8_t const*>(&header);
  return {bytes, bytes + sizeof(Header)};
}

/// The ones' complement sum of a header, folded: 0xffff where its checksum is right (RFC 1071).
inline std::uint16_t internet_sum(std::span<std::uint8_t const> bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
    sum += static_cast<std::uint32_t>(bytes[i] << 8 | bytes[i + 1]);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

struct InnerOptions {
  std::string source = "192.168.1.1";
  std::string destination = "192.168.2.1";
  std::uint8_t tos = 0;
  bool dont_fragment = false;
};

/// Ethernet and IPv4 with `payload` after a header of 20 bytes.
inline Octets ipv4_frame(Octets const& payload, InnerOptions const& options = {}) {
  ether::Header ethernet{{{2, 0, 0, 0, 0, 1}}, {{2, 0, 0, 0, 0, 2}}, be16::of(ether::kIpv4)};
  ipv4::Header ip{};
  ip.version_ihl = 0x45;
  ip.tos = options.tos;
  ip.total_length.set(static_cast<std::uint16_t>(ipv4::kSize + payload.size()));
  ip.fragment.set(options.dont_fragment ? 0x4000 : 0);
  ip.ttl = 17;
  ip.protocol = protocol::kUdp;
  std::memcpy(ip.source.bytes, parse_ip_address(options.source)->bytes.data(), 4);
  std::memcpy(ip.destination.bytes, parse_ip_address(options.destination)->bytes.data(), 4);
  ip.checksum.set(static_cast<std::uint16_t>(~internet_sum(octets_of(ip))));
  Octets frame = octets_of(ethernet);
  for (auto const& part : {octets_of(ip), payload})
    frame.insert(frame.end(), part.begin(), part.end());
  return frame;
}

/// Ethernet and IPv6 with `payload`.
inline Octets ipv6_frame(Octets const& payload, std::uint8_t traffic_class = 0) {
  ether::Header ethernet{{{2, 0, 0, 0, 0, 1}}, {{2, 0, 0, 0, 0, 2}}, be16::of(ether::kIpv6)};
  ipv6::Header ip{};
  ip.version_class_flow.set(0x60000000u | static_cast<std::uint32_t>(traffic_class) << 20);
  ip.payload_length.set(static_cast<std::uint16_t>(payload.size()));
  ip.next_header = protocol::kUdp;
  ip.hop_limit = 17;
  ip.source.bytes[0] = ip.destination.bytes[0] = 0x20;
  ip.source.bytes[15] = 1;
  ip.destination.bytes[15] = 2;
  Octets frame = octets_of(ethernet);
  for (auto const& part : {octets_of(ip), payload})
    frame.insert(frame.end(), part.begin(), part.end());
  return frame;
}

}  // namespace warpline::ipsec::testing
