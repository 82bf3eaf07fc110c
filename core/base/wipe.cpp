// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/wipe.hpp"

#include <cstddef>

namespace warpline {

// Not inlined, so that its frame is where the frames of functions that returned were.
[[gnu::noinline]] void wipe_stack() noexcept {
  constexpr std::size_t kBytes = std::size_t{64} << 10;
  unsigned char frame[kBytes];
  explicit_bzero(frame, sizeof frame);
}

}  // namespace warpline
