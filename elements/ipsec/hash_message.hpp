// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/hd.hpp"
#include "elements/ipsec/bytes.hpp"

/// What SHA-1 and SHA-256 have in common (FIPS 180-4 section 5): blocks of 64 bytes, padding, the
/// length in bits at the end.
namespace warpline::ipsec {

inline constexpr std::uint32_t kHashBlockSize = 64;

namespace detail {
/// The message word at `offset`, behind the message's end the padding of FIPS 180-4 section 5.1.1.
WARPLINE_HD inline std::uint32_t padded_word(std::uint8_t const* data, std::uint32_t size,
                                             std::uint32_t offset) {
  if (offset + 4 <= size) return load_be32(data + offset);
  std::uint32_t word = 0;
  for (std::uint32_t at = offset; at < offset + 4; ++at)
    word = word << 8 | (at < size ? data[at] : at == size ? 0x80u : 0u);
  return word;
}
}  // namespace detail

/// Feeds `compress(words)` with the blocks of the rest of a message: `size` bytes at `data` (any
/// address) after `before` bytes, whole blocks, with the padding and the length.
template <class Compress>
WARPLINE_HD inline void hash_rest(std::uint32_t before, std::uint8_t const* data,
                                  std::uint32_t size, Compress const& compress) {
  std::uint32_t words[16];
  std::uint32_t offset = 0;
  for (; offset + kHashBlockSize <= size; offset += kHashBlockSize) {
    for (unsigned i = 0; i < 16; i += 4) {
      Block const block = load_block(data + offset + 4 * i);
      for (unsigned j = 0; j < 4; ++j) words[i + j] = block.words[j];
    }
    compress(words);
  }
  for (bool last = false; !last; offset += kHashBlockSize) {
    for (unsigned i = 0; i < 16; ++i) words[i] = detail::padded_word(data, size, offset + 4 * i);
    last = offset + kHashBlockSize >= size + 9;
    if (last) {
      std::uint64_t const bits = (static_cast<std::uint64_t>(before) + size) * 8;
      words[14] = static_cast<std::uint32_t>(bits >> 32);
      words[15] = static_cast<std::uint32_t>(bits);
    }
    compress(words);
  }
}

}  // namespace warpline::ipsec
