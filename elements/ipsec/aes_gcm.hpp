// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/hd.hpp"
#include "elements/ipsec/aes.hpp"
#include "elements/ipsec/ghash.hpp"

namespace warpline::ipsec {

/// The GHASH key of an AES key: the cipher of a zero block. On the host, once per SA.
inline GhashElement make_ghash_key(AesTables const& tables, AesKey const& key) {
  AesBlock const h = aes128_encrypt(tables, key, {});
  return {static_cast<std::uint64_t>(h.words[0]) << 32 | h.words[1],
          static_cast<std::uint64_t>(h.words[2]) << 32 | h.words[3]};
}

/// Encrypts `size` bytes in place and returns the tag (NIST SP 800-38D section 7.1) for a nonce of
/// 96 bits: `salt`, then the 8 bytes at `iv`. Any addresses, any sizes below 2^32 - 32.
WARPLINE_HD inline AesBlock aes128_gcm_encrypt(AesTables const& tables, AesKey const& key,
                                               GhashElement ghash_key, std::uint32_t salt,
                                               std::uint8_t const* iv, std::uint8_t const* aad,
                                               std::uint32_t aad_size, std::uint8_t* data,
                                               std::uint32_t size) {
  AesBlock counter{{salt, load_be32(iv), load_be32(iv + 4), 1}};
  AesBlock tag = aes128_encrypt(tables, key, counter);
  GhashElement hash = ghash_bytes({}, ghash_key, aad, aad_size);
  std::uint32_t left = size;
  for (; left >= 16; left -= 16, data += 16) {
    ++counter.words[3];
    xor_block(data, aes128_encrypt(tables, key, counter));
    hash = ghash_block(hash, ghash_key, load_be32(data), load_be32(data + 4), load_be32(data + 8),
                       load_be32(data + 12));
  }
  if (left > 0) {
    ++counter.words[3];
    xor_partial_block(data, left, aes128_encrypt(tables, key, counter));
    hash = ghash_bytes(hash, ghash_key, data, left);
  }
  hash = ghash_block(hash, ghash_key, aad_size >> 29, aad_size << 3, size >> 29, size << 3);
  tag.words[0] ^= static_cast<std::uint32_t>(hash.high >> 32);
  tag.words[1] ^= static_cast<std::uint32_t>(hash.high);
  tag.words[2] ^= static_cast<std::uint32_t>(hash.low >> 32);
  tag.words[3] ^= static_cast<std::uint32_t>(hash.low);
  return tag;
}

}  // namespace warpline::ipsec
