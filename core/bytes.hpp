// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace warpline {

/// Bytes of somebody else, read-only; usable on the host and on a device.
struct Bytes {
  std::uint8_t const* data = nullptr;
  std::uint32_t size = 0;
};

/// Bytes of somebody else that may be written; usable on the host and on a device.
struct MutableBytes {
  std::uint8_t* data = nullptr;
  std::uint32_t size = 0;
};

}  // namespace warpline
