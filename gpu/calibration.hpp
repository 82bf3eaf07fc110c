// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gpu/stream/stream_device.hpp"

namespace warpline {

/// The measured speed of one transfer form on one device: a kernel that only reads or changes every
/// byte, in tasks of the device's size, with the max number of tasks in flight.
struct Calibration {
  Transfer transfer = Transfer::kDirect;
  bool edits = false;
  unsigned packet_size = 0;
  double packets_per_second = 0;  ///< 0 if it failed
};

/// Measures every form for short and long packets, about 3 ms each, and has the device prefer the
/// fastest: the one with the least time for one packet of each size. Packets lie in memory that the
/// driver has pinned. At start-up.
/// Throws `ConfigError` if the device has too little memory for its lanes.
std::vector<Calibration> calibrate(stream::StreamDevice& device);

}  // namespace warpline
