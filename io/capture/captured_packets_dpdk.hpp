// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

#include "io/capture/capture_reader.hpp"
#include "io/dpdk/arrivals_dpdk.hpp"
#include "io/dpdk/dpdk_pool.hpp"
#include "io/dpdk/mbuf_dpdk.hpp"

namespace warpline {

/// Makes packets of captured frames, with their arrival. For sources in `io/` only. One thread.
class CapturedPackets {
 public:
  /// Control thread, before the first packet; as `DpdkPool::arrivals`.
  explicit CapturedPackets(DpdkPool& pool) : arrivals_(pool.arrivals()), pool_(pool) {}

  /// Makes a packet from the pool, still empty, a copy of the frame; missing bytes are zeros. The
  /// packet gets a large buffer if the frame needs one. Returns false while none is free.
  bool make(Packet& packet, CapturedFrame const& frame, std::uint16_t port_index) noexcept {
    if (!make_room(packet, frame.length)) return false;
    auto const captured = frame.bytes.size;
    if (captured > 0) std::memcpy(packet.data, frame.bytes.data, captured);
    std::memset(packet.data + captured, 0, frame.length - captured);
    packet.append(frame.length);
    packet.arrive(port_index);
    arrivals_.set(mbuf_of(packet), {frame.time_ns, frame.number, frame.link_type});
    return true;
  }

 private:
  bool make_room(Packet& packet, std::uint32_t length) noexcept {
    if (length <= pool_.options().frame_size) [[likely]]
      return true;
    Packet large;
    if (!pool_.allocate_large(large, length)) return false;
    pool_.release({&packet, 1});
    packet = large;
    return true;
  }

  Arrivals const& arrivals_;
  DpdkPool& pool_;
};

}  // namespace warpline
