// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"
#include "elements/ipsec/crypto/aes.hpp"

namespace warpline::ipsec {

/// Encrypts the blocks `thread`, `thread + threads`, ... as `aes_ctr` does.
template <class Table>
WARPLINE_HD inline void aes_ctr_share(Table const& tables, AesKey const& key, std::uint32_t nonce,
                                      std::uint8_t const* iv, std::uint32_t counter,
                                      std::uint8_t* data, std::uint32_t size, std::uint32_t thread,
                                      std::uint32_t threads) {
  AesBlock block{{nonce, load_be32(iv), load_be32(iv + 4), counter + thread}};
  for (std::uint32_t offset = 16 * thread; offset < size;
       offset += 16 * threads, block.words[3] += threads) {
    auto const key_stream = aes_encrypt(tables, key, block);
    if (size - offset >= 16)
      xor_block(data + offset, key_stream);
    else
      xor_partial_block(data + offset, size - offset, key_stream);
  }
}

/// En- or decrypts `size` bytes in place in counter mode: the counter block is `nonce`, the 8 bytes
/// at `iv`, and a 32-bit block counter that begins at `counter` (RFC 3686 section 4: 1).
/// Any addresses, any size.
WARPLINE_HD inline void aes_ctr(AesTables const& tables, AesKey const& key, std::uint32_t nonce,
                                std::uint8_t const* iv, std::uint32_t counter, std::uint8_t* data,
                                std::uint32_t size) {
  aes_ctr_share(tables, key, nonce, iv, counter, data, size, 0, 1);
}

}  // namespace warpline::ipsec
