// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/hd.hpp"
#include "elements/ipsec/aes.hpp"

namespace warpline::ipsec {

/// The AES table 32 times over in the memory of a GPU's block, 32 KiB: word by word side by side, so
/// that each thread of a warp reads from a bank of its own whatever its data.
struct AesColumns {
  static constexpr std::uint32_t kCopies = 32, kBytes = sizeof(AesTables) * kCopies;

  std::uint32_t const* column;

  WARPLINE_HD std::uint32_t operator[](std::uint32_t x) const { return column[x * kCopies]; }

  /// A thread's share of filling `kBytes` bytes at `memory` by `threads` threads, and its column.
  WARPLINE_HD static AesColumns fill(AesTables const& tables, std::byte* memory,
                                     std::uint32_t thread, std::uint32_t threads) {
    auto* const words = reinterpret_cast<std::uint32_t*>(memory);
    for (std::uint32_t i = thread; i < kBytes / 4; i += threads) words[i] = tables.te[i / kCopies];
    return {words + thread % kCopies};
  }
};

}  // namespace warpline::ipsec
