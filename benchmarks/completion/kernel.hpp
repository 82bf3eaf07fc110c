// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device/device.hpp"

namespace warpline::bench {

/// What a device does for so long and then, as the last thing, to say when: on the host it stores
/// `cycles()` to the item's results. On CUDA it is an empty kernel.
struct Stamp {
  std::uint64_t busy = 0;  ///< cycles
};

/// `stamp` must live as long as the call is used.
KernelCall stamp_call(Stamp const& stamp);

}  // namespace warpline::bench
