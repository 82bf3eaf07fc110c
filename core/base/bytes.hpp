// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"

namespace warpline {

/// Read-only bytes, on the host or on a device.
struct Bytes {
  std::uint8_t const* data = nullptr;
  std::uint32_t size = 0;

  /// The bytes after the first `from`; empty if there are none.
  WARPLINE_HD constexpr Bytes after(std::uint32_t from) const {
    return from < size ? Bytes{data + from, size - from} : Bytes{data + size, 0};
  }
};

/// Bytes that may be changed in place, on the host or on a device.
struct MutableBytes {
  std::uint8_t* data = nullptr;
  std::uint32_t size = 0;

  WARPLINE_HD constexpr operator Bytes() const { return {data, size}; }
};

}  // namespace warpline
