// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/reference/fragments.hpp"

namespace warpline::ids::reference {
namespace {

void set_half(std::string& bytes, std::size_t offset, std::size_t value) {
  bytes[offset] = static_cast<char>(value >> 8);
  bytes[offset + 1] = static_cast<char>(value);
}

void set_checksum(std::string& header) {
  set_half(header, 10, 0);
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < header.size(); i += 2) sum += number_at(header, i, 2);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  set_half(header, 10, ~sum & 0xffff);
}

}  // namespace

std::string Fragments::assemble(Packet const& packet, Datagram& datagram) {
  auto header = datagram.header;
  auto const data = datagram.pieces.take(0);
  if (packet.version == 4) {
    set_half(header, 2, header.size() + data.size());
    set_half(header, 6, number_at(header, 6, 2) & 0x4000);
    set_checksum(header);
  } else {  // without the fragment header
    header.resize(40);
    header[6] = static_cast<char>(datagram.protocol);
    set_half(header, 4, data.size());
  }
  return header + data;
}

std::optional<std::string> Fragments::add(Packet const& packet, Overlap overlap,
                                          std::uint64_t now_ms) {
  std::erase_if(datagrams_,
                [&](auto const& entry) { return now_ms - entry.second.last_ms >= 60'000; });
  if (packet.fragment.empty()) return std::nullopt;
  // The identifications of IPv4 are those of one protocol each.
  Key const key{packet.version,
                packet.source,
                packet.destination,
                packet.fragment_id,
                packet.version == 4 ? packet.protocol : 0,
                packet.vlan};
  auto& datagram =
      datagrams_.try_emplace(key, Datagram{Pieces(overlap), {}, 0, 0, false, 0}).first->second;
  datagram.last_ms = now_ms;
  if (!datagram.pieces.add(packet.fragment_offset, packet.fragment)) return std::nullopt;
  if (datagram.pieces.origin(0) == datagram.pieces.last_piece()) {
    datagram.header = packet.ip_header;
    datagram.protocol = packet.protocol;
  }
  auto const end = packet.fragment_offset + static_cast<std::int64_t>(packet.fragment.size());
  datagram.end = std::max(datagram.end, end);
  datagram.has_last = datagram.has_last || !packet.more_fragments;
  if (!datagram.has_last || datagram.pieces.size() != static_cast<std::size_t>(datagram.end))
    return std::nullopt;
  auto const whole = assemble(packet, datagram);
  datagrams_.erase(key);
  return whole;
}

}  // namespace warpline::ids::reference
