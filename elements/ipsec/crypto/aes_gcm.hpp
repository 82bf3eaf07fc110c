// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"
#include "elements/ipsec/crypto/aes.hpp"
#include "elements/ipsec/crypto/ghash.hpp"

/// AES in Galois/counter mode (NIST SP 800-38D section 7) for nonces of 96 bits: `salt`, then the 8
/// bytes at `iv`. Any addresses, any sizes below 2^32 - 32.
namespace warpline::ipsec {

/// The GHASH key of an AES key: the cipher of a zero block. On the host, once per SA.
inline GhashElement make_ghash_key(AesTables const& tables, AesKey const& key) {
  return ghash_element(aes_encrypt(tables, key, {}));
}

/// A tag from the whole hash and the cipher of the first counter block.
WARPLINE_HD inline AesBlock gcm_tag(GhashElement hash, AesBlock tag) {
  tag.words[0] ^= static_cast<std::uint32_t>(hash.high >> 32);
  tag.words[1] ^= static_cast<std::uint32_t>(hash.high);
  tag.words[2] ^= static_cast<std::uint32_t>(hash.low >> 32);
  tag.words[3] ^= static_cast<std::uint32_t>(hash.low);
  return tag;
}

/// The encrypted first counter block, which turns the hash into a tag.
template <class Table>
WARPLINE_HD inline AesBlock gcm_mask(Table const& tables, AesKey const& key, std::uint32_t salt,
                                     std::uint8_t const* iv) {
  return aes_encrypt(tables, key, {{salt, load_be32(iv), load_be32(iv + 4), 1}});
}

/// XORs up to 16 bytes in place and returns the result, padded with zeros.
WARPLINE_HD inline AesBlock xor_and_load(std::uint8_t* data, std::uint32_t size,
                                         AesBlock const& key_stream) {
  if (size >= 16) {
    xor_block(data, key_stream);
    return load_block(data);
  }
  xor_partial_block(data, size, key_stream);
  return load_partial_block(data, size);
}

/// A thread's share of the hash of `size` bytes: of the blocks `thread`, `thread + threads`, ...,
/// each the result of `block(offset, remaining size)`. `before`: the hash of earlier data, passed
/// by one thread only. The sum of all shares lacks only the block of lengths. `powers`: the first
/// `threads` powers of the GHASH key, beginning with the key itself.
template <class LoadBlock>
WARPLINE_HD inline GhashElement ghash_share(GhashElement before, GhashElement const* powers,
                                            std::uint32_t size, std::uint32_t thread,
                                            std::uint32_t threads, LoadBlock const& block) {
  std::uint32_t const blocks = (size + 15) / 16;
  GhashElement const step = powers[threads - 1];  // a copy, because stores might alias the table
  std::uint32_t index = thread;
  for (; index < blocks; index += threads)
    before = ghash_multiply(before, step) ^ ghash_element(block(16 * index, size - 16 * index));
  return ghash_multiply(before, powers[blocks + threads - index - 1]);
}

/// Encrypts the blocks `thread`, `thread + threads`, ... in place and returns their share of the
/// hash. `aad`: at most 16 bytes of associated data, padded with zeros; the last thread uses it.
template <class Table>
WARPLINE_HD inline GhashElement aes_gcm_encrypt_share(Table const& tables, AesKey const& key,
                                                      GhashElement const* powers,
                                                      std::uint32_t salt, std::uint8_t const* iv,
                                                      GhashElement aad, std::uint8_t* data,
                                                      std::uint32_t size, std::uint32_t thread,
                                                      std::uint32_t threads) {
  std::uint32_t const high = load_be32(iv), low = load_be32(iv + 4);
  // The associated data is like a block of the last thread's before its first one.
  return ghash_share(
      thread == threads - 1 ? aad : GhashElement{}, powers, size, thread, threads,
      [=, &tables, &key](std::uint32_t offset, std::uint32_t left) {
        auto const stream = aes_encrypt(tables, key, {{salt, high, low, 2 + offset / 16}});
        return xor_and_load(data + offset, left, stream);
      });
}

/// The same for ciphertext, which it does not change.
WARPLINE_HD inline GhashElement gcm_hash_share(GhashElement const* powers, GhashElement aad,
                                               std::uint8_t const* data, std::uint32_t size,
                                               std::uint32_t thread, std::uint32_t threads) {
  return ghash_share(thread == threads - 1 ? aad : GhashElement{}, powers, size, thread, threads,
                     [data](std::uint32_t offset, std::uint32_t left) {
                       return left >= 16 ? load_block(data + offset)
                                         : load_partial_block(data + offset, left);
                     });
}

/// Encrypts `size` bytes in place and returns the tag; associated data of any size.
inline AesBlock aes_gcm_encrypt(AesTables const& tables, AesKey const& key, GhashElement ghash_key,
                                std::uint32_t salt, std::uint8_t const* iv, std::uint8_t const* aad,
                                std::uint32_t aad_size, std::uint8_t* data, std::uint32_t size) {
  AesBlock counter{{salt, load_be32(iv), load_be32(iv + 4), 1}};
  GhashElement hash = ghash_bytes({}, ghash_key, aad, aad_size);
  for (std::uint32_t offset = 0; offset < size; offset += 16) {
    ++counter.words[3];
    hash =
        ghash_block(hash, ghash_key,
                    xor_and_load(data + offset, size - offset, aes_encrypt(tables, key, counter)));
  }
  return gcm_tag(ghash_block(hash, ghash_key, ghash_lengths(aad_size, size)),
                 gcm_mask(tables, key, salt, iv));
}

}  // namespace warpline::ipsec
