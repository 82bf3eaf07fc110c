// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/engine/snapshot.hpp"

namespace warpline::bench {

/// The work of a pipeline between two moments, all workers together.
struct Window {
  double seconds = 0;
  unsigned workers = 1;
  std::uint64_t received = 0, received_bytes = 0;
  std::uint64_t transmitted = 0;
  std::map<std::string, std::uint64_t> dropped;         ///< packets by reason
  std::map<std::string, std::uint64_t> device_packets;  ///< packets processed by each device
  double busy_cycles = 0;                               ///< of the workers; waiting is not counted
  double p50_us = 0, p99_us = 0;                        ///< receive to transmit
  std::string explanation;  ///< the balancer's, at the end, of the first worker; empty: none

  /// Transmitted packets per second.
  double packets_per_second() const;
  /// Received bits per transmitted packet, times transmitted packets per second, in Gbit/s.
  double gbps() const;
  /// Busy cycles of all workers per transmitted packet.
  double cycles_per_packet() const;
};

/// The work of an engine between the snapshots `begin` and `end`.
Window between(Snapshot const& begin, Snapshot const& end);

}  // namespace warpline::bench
