// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>

#include "core/net/wire.hpp"
#include "io/dpdk/dpdk_port.hpp"
#include "io/dpdk/kernel_interface.hpp"
#include "io/dpdk/packet_sockets.hpp"
#include "io/dpdk/tap_files.hpp"

namespace warpline {

/// The state of the kernel interface that a `DpdkPort` uses. For sources in `io/` only.
struct DpdkPort::Interface {
  using Clock = std::chrono::steady_clock;

  std::unique_ptr<KernelInterface> kernel;  // the last one there was
  std::unique_ptr<PacketSockets> sockets;   // of net_af_packet
  std::unique_ptr<TapFiles> tap;            // of net_tap
  bool is_tap = false;
  ether::Address address{};  // before the interface vanished

  /// Counters of devices that were closed because their interface had vanished.
  PortStatistics closed{};
  std::uint64_t closed_lost = 0;

  /// Frames that the kernel dropped for a tap: since the port was opened on it, and before that.
  std::uint64_t tap_dropped = 0, tap_dropped_before = 0;
  /// Frames that a new interface received before the port opened it. Frames on their way to the
  /// socket can make a reading too large, never too small: the minimum of several is kept.
  std::optional<std::uint64_t> early = 0;
  unsigned early_readings = 0;

  Clock::time_point next_update{}, next_attempt{};
};

}  // namespace warpline
