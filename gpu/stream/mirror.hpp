// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

#include "core/packet/extent.hpp"
#include "core/packet/packet.hpp"
#include "gpu/stream/driver.hpp"

/// Copies of packets for devices: the same arithmetic for whoever makes them.
namespace warpline::stream {

namespace detail {
WARPLINE_HD constexpr std::uint32_t part(std::uint32_t length, std::uint32_t from,
                                         std::uint32_t to) {
  std::uint32_t const end = to < length ? to : length;
  return from < end ? end - from : 0;
}
}  // namespace detail

/// How many bytes of the packet a device needs, from byte `extent.from` on.
WARPLINE_HD constexpr std::uint32_t copied_bytes(PacketHead const& packet, Extent const& extent) {
  return detail::part(packet.length, extent.from, extent.to);
}
/// How many of them come back, from byte `extent.write_from` on.
WARPLINE_HD constexpr std::uint32_t written_bytes(PacketHead const& packet, Extent const& extent) {
  return detail::part(packet.length, extent.write_from, extent.write_to);
}
/// What a copy of so many bytes takes.
WARPLINE_HD constexpr std::uint32_t stride(std::uint32_t copied) { return (copied + 15u) & ~15u; }

/// The descriptor of a packet's copy that lies at `bytes + offset`. Its `data` points to where byte
/// 0 would be; its `buffer` is the packet's own `data`.
WARPLINE_HD inline PacketHead mirrored(PacketHead const& packet, std::uint8_t* bytes,
                                       std::uint32_t offset, Extent const& extent) {
  PacketHead copy = packet;
  copy.buffer = packet.data;
  copy.data = bytes + offset - (extent.from < extent.to ? extent.from : 0);
  return copy;
}

/// A mirror made and written back by one thread.
void gather_here(Mirror const& mirror) noexcept;
void scatter_here(Mirror const& mirror) noexcept;

}  // namespace warpline::stream
