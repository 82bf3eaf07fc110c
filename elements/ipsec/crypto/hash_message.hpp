// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"
#include "elements/ipsec/crypto/bytes.hpp"

/// The common part of SHA-1 and the SHA-2 family (FIPS 180-4 section 5): blocks of 16 words,
/// padding, the length in bits in the last two words. `Word`: 32 bits, or 64 with SHA-384 and
/// SHA-512.
namespace warpline::ipsec {

template <class Word>
inline constexpr std::uint32_t kHashBlockSize = 16 * sizeof(Word);

namespace detail {
/// The message word at `offset`, after the message's end the padding of FIPS 180-4 section 5.1.
template <class Word>
WARPLINE_HD inline Word padded_word(std::uint8_t const* data, std::uint32_t size,
                                    std::uint32_t offset) {
  Word word = 0;
  if (offset + sizeof(Word) <= size) {
    for (unsigned i = 0; i < sizeof(Word); i += 4)
      word |= Word{load_be32(data + offset + i)} << (8 * (sizeof(Word) - 4 - i));
    return word;
  }
  for (std::uint32_t index = offset; index < offset + sizeof(Word); ++index)
    word = word << 8 | (index < size ? data[index] : index == size ? 0x80u : 0u);
  return word;
}

/// The words of a block of 16 bytes.
template <class Word>
WARPLINE_HD inline void words_of(Block const& block, Word* words) {
  if constexpr (sizeof(Word) == 4)
    for (unsigned i = 0; i < 4; ++i) words[i] = block.words[i];
  else
    for (unsigned i = 0; i < 2; ++i)
      words[i] = Word{block.words[2 * i]} << 32 | block.words[2 * i + 1];
}
}  // namespace detail

/// Feeds `compress(words)` with the blocks of the rest of a message: `size` bytes at `data` (any
/// address) after `before` bytes, whole blocks, with the padding and the length.
template <class Word, class Compress>
WARPLINE_HD inline void hash_rest(std::uint32_t before, std::uint8_t const* data,
                                  std::uint32_t size, Compress const& compress) {
  constexpr std::uint32_t kBlock = kHashBlockSize<Word>, kWord = sizeof(Word);
  Word words[16];
  std::uint32_t offset = 0;
  for (; offset + kBlock <= size; offset += kBlock) {
    for (unsigned i = 0; i < 16; i += 16 / kWord)
      detail::words_of(load_block(data + offset + kWord * i), words + i);
    compress(words);
  }
  for (bool last = false; !last; offset += kBlock) {
    for (unsigned i = 0; i < 16; ++i)
      words[i] = detail::padded_word<Word>(data, size, offset + kWord * i);
    last = offset + kBlock >= size + 1 + 2 * kWord;
    if (last) {
      std::uint64_t const bits = (static_cast<std::uint64_t>(before) + size) * 8;
      words[14] = kWord == 4 ? static_cast<Word>(bits >> 32) : 0;
      words[15] = static_cast<Word>(bits);
    }
    compress(words);
  }
}

}  // namespace warpline::ipsec
