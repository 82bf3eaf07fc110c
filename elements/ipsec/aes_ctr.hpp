// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/hd.hpp"
#include "elements/ipsec/aes.hpp"

namespace warpline::ipsec {

/// En- or decrypts `size` bytes in place in counter mode: the counter block is `nonce`, the 8 bytes
/// at `iv`, and a 32-bit block counter that begins at `counter` (RFC 3686 section 4: 1).
/// Any addresses, any size.
WARPLINE_HD inline void aes128_ctr(AesTables const& tables, AesKey const& key, std::uint32_t nonce,
                                   std::uint8_t const* iv, std::uint32_t counter,
                                   std::uint8_t* data, std::uint32_t size) {
  AesBlock block{{nonce, load_be32(iv), load_be32(iv + 4), counter}};
  for (; size >= 16; size -= 16, data += 16, ++block.words[3])
    xor_block(data, aes128_encrypt(tables, key, block));
  if (size > 0) xor_partial_block(data, size, aes128_encrypt(tables, key, block));
}

}  // namespace warpline::ipsec
