// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/reject/rejection.hpp"

#include <algorithm>
#include <cstring>

#include "core/net/checksum.hpp"
#include "core/net/icmp_errors.hpp"
#include "core/net/parse.hpp"
#include "elements/ids/decode/tcp_flags.hpp"
#include "elements/ids/decode/transport.hpp"

namespace warpline::ids {
namespace {

using tcp_flag::kAck, tcp_flag::kFin, tcp_flag::kRst, tcp_flag::kSyn;

constexpr std::uint8_t kHopLimit = 64;

template <class T>
T& at(std::uint8_t* data) {
  return *reinterpret_cast<T*>(data);
}

template <class Address>
bool are_hosts(DecodedPacket const& packet) {
  return is_host(*reinterpret_cast<Address const*>(packet.source())) &&
         is_host(*reinterpret_cast<Address const*>(packet.destination()));
}

/// Also of fragments and cut packets.
bool carries_icmp(DecodedPacket const& packet) {
  return packet.protocol == (packet.version == 4 ? protocol::kIcmp : protocol::kIcmp6);
}

/// Nothing but Ethernet and VLAN tags comes before the IP packet.
bool is_plain_ethernet(RejectedPacket const& rejected) {
  auto const& [packet, link] = rejected;
  Headers headers;
  find_network(link, headers);
  if (headers.has(header_flag::kMalformed) || headers.l2_length != link.size) return false;
  auto const type = packet.version == 4 ? ether::kIpv4 : ether::kIpv6;
  return load_be16(link.data + link.size - 2) == type;
}

/// Writes the IP header for `size` bytes after it, and returns the sum of its pseudo-header.
std::uint32_t write_ip(DecodedPacket const& packet, RejectSide side, std::uint8_t next,
                       std::uint32_t size, std::uint8_t tos, std::uint8_t* data) {
  bool const back = side == RejectSide::kSource;
  auto const* const source = back ? packet.destination() : packet.source();
  auto const* const destination = back ? packet.source() : packet.destination();
  auto const address = packet.address_size();
  std::uint8_t* addresses = nullptr;
  if (packet.version == 4) {
    constexpr std::uint16_t kDontFragment =
        0x4000;  // so that 0 will do as identification (RFC 6864)
    auto& ip = at<ipv4::Header>(data);
    ip = {};
    ip.version_ihl = 0x45;
    ip.tos = tos;
    ip.total_length.set(static_cast<std::uint16_t>(ipv4::kSize + size));
    ip.fragment.set(kDontFragment);
    ip.ttl = kHopLimit;
    ip.protocol = next;
    addresses = ip.source.bytes;
  } else {
    auto& ip = at<ipv6::Header>(data);
    ip.version_class_flow.set(0x60000000);
    ip.payload_length.set(static_cast<std::uint16_t>(size));
    ip.next_header = next;
    ip.hop_limit = kHopLimit;
    addresses = ip.source.bytes;
  }
  std::memcpy(addresses, source, address);
  std::memcpy(addresses + address, destination, address);
  if (packet.version == 4)
    at<ipv4::Header>(data).checksum.set(checksum_of(checksum_sum({data, ipv4::kSize})));
  return checksum_sum({addresses, 2 * address}, next + size);
}

void write_reset(DecodedPacket const& packet, RejectSide side, std::uint32_t sum,
                 std::uint8_t* data) {
  auto const& from = *reinterpret_cast<tcp::Header const*>(packet.at(packet.transport));
  bool const acknowledges = (from.flags & kAck) != 0;
  auto& reset = at<tcp::Header>(data);
  reset = {};
  reset.data_offset = tcp::kSize / 4 << 4;
  reset.flags = kRst;
  if (side == RejectSide::kDestination) {
    reset.source = from.source;
    reset.destination = from.destination;
    reset.sequence = from.sequence;
    if (acknowledges) {
      reset.flags |= kAck;
      reset.acknowledgment = from.acknowledgment;
    }
  } else {
    reset.source = from.destination;
    reset.destination = from.source;
    if (acknowledges) {
      reset.sequence = from.acknowledgment;
    } else {
      auto const size = packet.payload_size + ((from.flags & kSyn) != 0 ? 1 : 0) +
                        ((from.flags & kFin) != 0 ? 1 : 0);
      reset.flags |= kAck;
      reset.acknowledgment.set(from.sequence.host() + size);
    }
  }
  reset.checksum.set(checksum_of(checksum_sum({data, tcp::kSize}, sum)));
}

void write_unreachable(DecodedPacket const& packet, std::uint32_t quoted, std::uint32_t sum,
                       std::uint8_t* data) {
  bool const v4 = packet.version == 4;
  std::memset(data, 0, icmp::kSize);
  data[0] = v4 ? 3 : 1;
  data[1] = v4 ? 10 : 1;
  std::memcpy(data + icmp::kSize, packet.at(packet.network), quoted);
  auto const checksum = checksum_of(checksum_sum({data, icmp::kSize + quoted}, v4 ? 0 : sum));
  at<be16>(data + 2).set(checksum);
}

}  // namespace

bool is_answered_by_reset(RejectedPacket const& rejected) { return is_tcp(rejected.packet); }

bool may_be_rejected(RejectedPacket const& rejected) {
  auto const& packet = rejected.packet;
  if (packet.version == 0 || packet.layer > 0 || !is_plain_ethernet(rejected)) return false;
  if (reinterpret_cast<ether::Address const*>(rejected.link.data)->is_group()) return false;
  bool const v4 = packet.version == 4;
  if (!(v4 ? are_hosts<be32>(packet) : are_hosts<ipv6::Address>(packet))) return false;
  if (packet.fragment && packet.fragment_offset > 0) return false;
  if (is_answered_by_reset(rejected)) return (packet.tcp_flags & kRst) == 0;
  if (!carries_icmp(packet)) return true;
  if (packet.transport >= packet.end || packet.transport >= packet.frame.size) return false;
  auto const type = *packet.at(packet.transport);
  return !(v4 ? is_icmp4_error(type) : is_icmp6_error(type));
}

std::uint32_t write_rejection(RejectedPacket const& rejected, RejectSide side, MutableBytes frame) {
  constexpr std::uint32_t kMax4 = 576, kMax6 = 1280;
  constexpr std::uint8_t kInternetworkControl = 0xc0;  // RFC 1812 section 4.3.2.5
  auto const& [packet, link] = rejected;
  bool const v4 = packet.version == 4, reset = is_answered_by_reset(rejected);
  std::uint32_t const header = v4 ? ipv4::kSize : ipv6::kSize;
  auto const end = std::min(packet.end, packet.frame.size);
  auto const quoted = std::min(end - packet.network, (v4 ? kMax4 : kMax6) - header - icmp::kSize);
  auto const size = reset ? tcp::kSize : icmp::kSize + quoted;
  if (link.size + header + size > frame.size) return 0;
  std::memcpy(frame.data, link.data, link.size);
  if (side == RejectSide::kSource) at<ether::Header>(frame.data).swap_addresses();
  auto* const ip = frame.data + link.size;
  auto const next = reset ? protocol::kTcp : v4 ? protocol::kIcmp : protocol::kIcmp6;
  auto const sum =
      write_ip(packet, side, next, size, v4 && !reset ? kInternetworkControl : std::uint8_t{0}, ip);
  if (reset)
    write_reset(packet, side, sum, ip + header);
  else
    write_unreachable(packet, quoted, sum, ip + header);
  return link.size + header + size;
}

}  // namespace warpline::ids
