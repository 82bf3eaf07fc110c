// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/hd.hpp"
#include "elements/ipsec/crypto/aes.hpp"
#include "elements/ipsec/crypto/aes_inverse.hpp"

namespace warpline::ipsec {

/// A table of 256 words of AES or its inverse, 32 times in the memory of a GPU's block, 32 KiB. The
/// copies are interleaved word by word, so that each thread of a warp reads from its own bank for
/// any data.
struct AesColumns {
  static constexpr std::uint32_t kCopies = 32, kBytes = sizeof(AesTables) * kCopies;

  std::uint32_t const* column;

  WARPLINE_HD std::uint32_t operator[](std::uint32_t x) const { return column[x * kCopies]; }

  /// Of the inverse table: its words are 14, 9, 13 and 11 times an S-box byte, and the sum of the
  /// four is that byte.
  WARPLINE_HD std::uint32_t inverse_box(std::uint32_t x) const {
    std::uint32_t word = (*this)[x];
    word ^= word >> 16;
    return (word ^ word >> 8) & 255;
  }

  /// A thread's share of filling `kBytes` bytes at `memory` by `threads` threads, and its column.
  template <class Table>
  WARPLINE_HD static AesColumns fill(Table const& table, std::byte* memory, std::uint32_t thread,
                                     std::uint32_t threads) {
    auto* const words = reinterpret_cast<std::uint32_t*>(memory);
    for (std::uint32_t i = thread; i < kBytes / 4; i += threads) words[i] = table[i / kCopies];
    return {words + thread % kCopies};
  }
};

}  // namespace warpline::ipsec
