// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace warpline {
class RxQueue;
class TxQueue;
}  // namespace warpline

namespace warpline::ceilings {

/// Forwarding without an engine: receive a burst, swap the Ethernet addresses, send. Packets that
/// are not sent are freed. Returns packets sent per second by the calling thread, after warming up
/// for a tenth of the time; at most 256 per burst.

/// On queue number `queue` of the started DPDK devices of these names in turn, with their mbufs.
/// Throws `std::runtime_error` if there is no such device.
double forward(std::vector<std::string> const& devices, std::uint16_t queue, unsigned burst,
               std::chrono::nanoseconds at_least);

/// On the queues of any started port, through packet descriptors. Packets that are not sent stay in
/// the caller's pool: only for ports that always accept all.
double forward(RxQueue& rx, TxQueue& tx, unsigned burst,
               std::chrono::nanoseconds at_least) noexcept;

}  // namespace warpline::ceilings
