// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"
#include "elements/ipsec/crypto/hash_message.hpp"

namespace warpline::ipsec {

/// An HMAC key as the two states after its pads (RFC 2104 section 4): it saves two compressions a
/// packet, and the key itself is not stored. `Hash`: `Sha1`, `Sha256`, `Sha384` or `Sha512`.
template <class Hash>
struct HmacKey {
  typename Hash::State inner;
  typename Hash::State outer;
};

/// The states of a key of any size. On the host, once per SA.
template <class Hash>
HmacKey<Hash> make_hmac_key(std::uint8_t const* key, std::uint32_t size) {
  using HashWord = typename Hash::Word;
  HashWord block[16] = {};
  if (size > kHashBlockSize<HashWord>) {
    auto const digest = Hash::finish(Hash::start(), 0, key, size);
    for (unsigned i = 0; i < Hash::kWords; ++i) block[i] = digest.words[i];
  } else {
    for (std::uint32_t i = 0; i < size; ++i)
      block[i / sizeof(HashWord)] |= HashWord{key[i]}
                                     << 8 * (sizeof(HashWord) - 1 - i % sizeof(HashWord));
  }
  auto const padded = [&block](std::uint8_t pad) {
    constexpr HashWord kEachByte = static_cast<HashWord>(~HashWord{0}) / 255;
    HashWord words[16];
    for (unsigned i = 0; i < 16; ++i) words[i] = block[i] ^ kEachByte * pad;
    auto state = Hash::start();
    Hash::compress(state, words);
    return state;
  };
  return {padded(0x36), padded(0x5c)};
}

/// The code of `size` bytes at `data` (any address, any size).
template <class Hash>
WARPLINE_HD inline typename Hash::State hmac(HmacKey<Hash> const& key, std::uint8_t const* data,
                                             std::uint32_t size) {
  using HashWord = typename Hash::Word;
  constexpr std::uint32_t kBlock = kHashBlockSize<HashWord>, kWord = sizeof(HashWord);
  auto const inner = Hash::finish(key.inner, kBlock, data, size);
  HashWord words[16] = {};
  for (unsigned i = 0; i < Hash::kWords; ++i) words[i] = inner.words[i];
  words[Hash::kWords] = HashWord{1} << (8 * kWord - 1);
  words[15] = (kBlock + kWord * Hash::kWords) * 8;
  auto outer = key.outer;
  Hash::compress(outer, words);
  return outer;
}

}  // namespace warpline::ipsec
