// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "elements/balance/policy/setting.hpp"

namespace warpline::balance {

/// The reason for a balancer's decision, in numbers. Plain data, so that it can be published.
struct Explanation {
  enum class Reason : unsigned char {
    kTrying,     ///< search in progress
    kLightLoad,  ///< the CPU has idle time
    kFastest,    ///< the highest rate of all that was tried
    kLatency,    ///< nothing that offloads keeps the bound
    kNoDevice,   ///< it has failed, or nothing is offloadable
  };
  Reason reason = Reason::kTrying;
  Setting setting;
  double offloaded = 0;        ///< share of packets, 0 to 1
  double bytes = 0;            ///< of a packet, on average
  double cpu_seconds = 0;      ///< a packet of that size on the CPU
  double device_seconds = 0;   ///< on the device, while it is busy
  double offload_seconds = 0;  ///< of the worker, for a packet that it offloads
  double cpu_byte_seconds = -1, device_byte_seconds = -1;  ///< of that, per byte; -1: not known
  double rate = 0;                                         ///< packets a second
  double cpu_rate = 0;       ///< packets per second of the CPU alone, when last tried; 0: never
  double idle = 0;           ///< share of the worker's time
  double p99_seconds = 0;    ///< receive to transmit
  double latency_bound = 0;  ///< 0: none
};

/// `mixed, 11.2 % to host in tasks of 256, 2 at a time: ...`
std::string text(Explanation const& why, std::string const& device);

}  // namespace warpline::balance
