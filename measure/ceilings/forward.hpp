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

/// Forwarding with nothing around it: receive a burst, swap the Ethernet addresses, send. What is
/// not sent is freed. Returns packets sent a second by the calling thread, after a tenth of the
/// time to warm up; at most 256 a burst.

/// On queue number `queue` of the started DPDK devices of these names in turn, on their mbufs.
/// Throws `std::runtime_error` where there is no such device.
double forward(std::vector<std::string> const& devices, std::uint16_t queue, unsigned burst,
               std::chrono::nanoseconds at_least);

/// On the queues of any started port, through packet descriptors. What is not sent stays with the
/// caller's pool: only for ports that always take all.
double forward(RxQueue& rx, TxQueue& tx, unsigned burst,
               std::chrono::nanoseconds at_least) noexcept;

}  // namespace warpline::ceilings
