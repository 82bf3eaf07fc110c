// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

#include "core/packet/packet.hpp"
#include "core/packet/touched_bytes.hpp"
#include "gpu/stream/driver.hpp"

/// Copies of packets for devices: the same arithmetic for the worker and for kernels.
namespace warpline::stream {

namespace detail {
WARPLINE_HD constexpr std::uint32_t part(std::uint32_t length, std::uint32_t from,
                                         std::uint32_t to) {
  std::uint32_t const end = to < length ? to : length;
  return from < end ? end - from : 0;
}
}  // namespace detail

/// Number of bytes of the packet that a device needs, from byte `touched_bytes.from` on.
WARPLINE_HD constexpr std::uint32_t copied_bytes(PacketHead const& packet,
                                                 TouchedBytes const& touched_bytes) {
  return detail::part(packet.length, touched_bytes.from, touched_bytes.to);
}
/// Number of bytes that come back, from byte `touched_bytes.write_from` on.
WARPLINE_HD constexpr std::uint32_t written_bytes(PacketHead const& packet,
                                                  TouchedBytes const& touched_bytes) {
  return detail::part(packet.length, touched_bytes.write_from, touched_bytes.write_to);
}
/// Size of the memory for a copy of `copied` bytes.
WARPLINE_HD constexpr std::uint32_t stride(std::uint32_t copied) { return (copied + 15u) & ~15u; }

/// The descriptor of a packet's copy at `bytes + offset`. Its `data` points to where byte 0 would
/// be; its `buffer` is the `data` of the packet.
WARPLINE_HD inline PacketHead copied_descriptor(PacketHead const& packet, std::uint8_t* bytes,
                                                std::uint32_t offset,
                                                TouchedBytes const& touched_bytes) {
  PacketHead copy = packet;
  copy.buffer = packet.data;
  copy.data = bytes + offset - (touched_bytes.from < touched_bytes.to ? touched_bytes.from : 0);
  return copy;
}

/// Fills a staged copy with one thread.
void gather_on_cpu(StagedCopy const& staged_copy) noexcept;
/// Writes a staged copy back to its packets with one thread.
void scatter_on_cpu(StagedCopy const& staged_copy) noexcept;

}  // namespace warpline::stream
