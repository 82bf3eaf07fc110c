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
  std::map<std::string, std::uint64_t> device_packets;  ///< packets that each device worked on
  double busy_cycles = 0;                               ///< of the workers; waiting is not counted
  double p50_us = 0, p99_us = 0;                        ///< receive to transmit
  std::string explanation;  ///< the balancer's, at the end, of the first worker; empty: none

  /// Packets that came out, a second.
  double packets_per_second() const;
  /// Bits of the frames that came in, for as many packets as came out, a second, in units of 1e9.
  double gbps() const;
  /// Busy cycles of all workers for each packet that came out.
  double cycles_per_packet() const;
};

/// What an engine did after the snapshot `begin` and until `end`.
Window between(Snapshot const& begin, Snapshot const& end);

}  // namespace warpline::bench
