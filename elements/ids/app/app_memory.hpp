// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace warpline::ids {

/// What all sessions of applications of a worker hold, in bytes, and may hold (HTTP_MEMORY). One
/// thread.
struct AppMemory {
  std::size_t limit = 0;
  std::size_t used = 0;

  /// Replaces one amount by another. False if more is used than may be.
  bool replace(std::size_t before, std::size_t after) {
    used += after - before;
    return used <= limit;
  }
};

}  // namespace warpline::ids
