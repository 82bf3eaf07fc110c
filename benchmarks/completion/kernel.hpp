// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device/device.hpp"

namespace warpline::bench {

/// Work that occupies a device for a given time and then records the end: on the host it stores
/// `cycles()` to the item's results. On CUDA it is an empty kernel.
struct Stamp {
  std::uint64_t busy = 0;  ///< cycles
};

/// `stamp` must live until the last use of the call.
KernelCall stamp_call(Stamp const& stamp);

}  // namespace warpline::bench
