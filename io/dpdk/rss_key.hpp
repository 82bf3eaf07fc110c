// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace warpline {

/// A key of `size` bytes, an even number, with which the Toeplitz hash of NICs is the same for both
/// directions of a flow, so that one worker gets both (S. Woo and K. Park, Scalable TCP Session
/// Monitoring with Symmetric Receive-side Scaling, KAIST, 2012): the 16 bits 0x6d5a again and again.
inline std::vector<std::uint8_t> symmetric_rss_key(std::size_t size) {
  std::vector<std::uint8_t> key(size);
  for (std::size_t i = 0; i < size; ++i) key[i] = i % 2 == 0 ? 0x6d : 0x5a;
  return key;
}

}  // namespace warpline
