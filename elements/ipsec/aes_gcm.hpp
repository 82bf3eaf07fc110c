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
  return ghash_element(aes128_encrypt(tables, key, {}));
}

/// A tag from the whole hash and the cipher of the first counter block.
WARPLINE_HD inline AesBlock gcm_tag(GhashElement hash, AesBlock tag) {
  tag.words[0] ^= static_cast<std::uint32_t>(hash.high >> 32);
  tag.words[1] ^= static_cast<std::uint32_t>(hash.high);
  tag.words[2] ^= static_cast<std::uint32_t>(hash.low >> 32);
  tag.words[3] ^= static_cast<std::uint32_t>(hash.low);
  return tag;
}

/// XORs up to 16 bytes in place; what is there afterwards, filled up with zeros.
WARPLINE_HD inline AesBlock xor_and_load(std::uint8_t* data, std::uint32_t size,
                                         AesBlock const& key_stream) {
  if (size >= 16) {
    xor_block(data, key_stream);
    return load_block(data);
  }
  xor_partial_block(data, size, key_stream);
  return load_partial_block(data, size);
}

/// Encrypts `size` bytes in place and returns the tag (NIST SP 800-38D section 7.1) for a nonce of
/// 96 bits: `salt`, then the 8 bytes at `iv`. Any addresses, any sizes below 2^32 - 32.
WARPLINE_HD inline AesBlock aes128_gcm_encrypt(AesTables const& tables, AesKey const& key,
                                               GhashElement ghash_key, std::uint32_t salt,
                                               std::uint8_t const* iv, std::uint8_t const* aad,
                                               std::uint32_t aad_size, std::uint8_t* data,
                                               std::uint32_t size) {
  AesBlock counter{{salt, load_be32(iv), load_be32(iv + 4), 1}};
  AesBlock const mask = aes128_encrypt(tables, key, counter);
  GhashElement hash = ghash_bytes({}, ghash_key, aad, aad_size);
  for (std::uint32_t at = 0; at < size; at += 16) {
    ++counter.words[3];
    hash = ghash_block(hash, ghash_key,
                       xor_and_load(data + at, size - at, aes128_encrypt(tables, key, counter)));
  }
  return gcm_tag(ghash_block(hash, ghash_key, ghash_lengths(aad_size, size)), mask);
}

/// The blocks `lane`, `lane + lanes`, ... of what `aes128_gcm_encrypt` does, for at most 16 bytes of
/// associated data, and those blocks' part of the hash: the sum of all lanes' parts lacks only the
/// block of lengths. `powers`: the first `lanes` powers of the GHASH key from the key itself on. The
/// last lane writes the cipher of the first counter block, which becomes the tag, to `mask`.
template <class Table>
WARPLINE_HD inline GhashElement aes128_gcm_lane(Table const& tables, AesKey const& key,
                                                GhashElement const* powers, std::uint32_t salt,
                                                std::uint8_t const* iv, std::uint8_t const* aad,
                                                std::uint32_t aad_size, std::uint8_t* data,
                                                std::uint32_t size, std::uint8_t* mask,
                                                std::uint32_t lane, std::uint32_t lanes) {
  AesBlock counter{{salt, load_be32(iv), load_be32(iv + 4), 1}};
  GhashElement hash{};
  if (lane == lanes - 1) {
    store_block(mask, aes128_encrypt(tables, key, counter));
    // Like a block of this lane's before its first one.
    hash = ghash_element(aad_size < 16 ? load_partial_block(aad, aad_size) : load_block(aad));
  }
  std::uint32_t const blocks = (size + 15) / 16;
  std::uint32_t at = lane;
  for (; at < blocks; at += lanes) {
    counter.words[3] = 2 + at;
    hash = ghash_multiply(hash, powers[lanes - 1]) ^
           ghash_element(
               xor_and_load(data + 16 * at, size - 16 * at, aes128_encrypt(tables, key, counter)));
  }
  return ghash_multiply(hash, powers[blocks + lanes - at - 1]);
}

}  // namespace warpline::ipsec
