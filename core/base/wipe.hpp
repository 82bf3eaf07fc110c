// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string>

namespace warpline {

/// Overwrites all memory of a text, including the bytes of its capacity after its end, and empties
/// it.
inline void wipe(std::string& text) noexcept {
  text.resize(text.capacity());  // allocates nothing
  explicit_bzero(text.data(), text.size());
  text.clear();
}

/// Overwrites 64 KiB of the calling thread's stack, where functions that returned may have left
/// keys. About 2 us.
void wipe_stack() noexcept;

}  // namespace warpline
