// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/hd.hpp"
#include "elements/ipsec/hash_message.hpp"

namespace warpline::ipsec {

/// An HMAC key as the two states that its pads lead to (RFC 2104 section 4): two compressions less a
/// packet, and the key itself is not kept. `Hash`: `Sha1` or `Sha256`.
template <class Hash>
struct HmacKey {
  typename Hash::State inner;
  typename Hash::State outer;
};

/// The states of a key of any size. On the host, once per SA.
template <class Hash>
HmacKey<Hash> make_hmac_key(std::uint8_t const* key, std::uint32_t size) {
  std::uint8_t block[kHashBlockSize] = {};
  if (size > kHashBlockSize) {
    auto const digest = Hash::finish(Hash::start(), 0, key, size);
    for (unsigned i = 0; i < Hash::kWords; ++i) store_be32(block + 4 * i, digest.words[i]);
  } else {
    for (std::uint32_t i = 0; i < size; ++i) block[i] = key[i];
  }
  auto const padded = [&block](std::uint32_t pad) {
    std::uint32_t words[16];
    for (unsigned i = 0; i < 16; ++i) words[i] = load_be32(block + 4 * i) ^ pad;
    auto state = Hash::start();
    Hash::compress(state, words);
    return state;
  };
  return {padded(0x36363636u), padded(0x5c5c5c5cu)};
}

/// The code of `size` bytes at `data` (any address, any size).
template <class Hash>
WARPLINE_HD inline typename Hash::State hmac(HmacKey<Hash> const& key, std::uint8_t const* data,
                                             std::uint32_t size) {
  auto const inner = Hash::finish(key.inner, kHashBlockSize, data, size);
  std::uint32_t words[16] = {};
  for (unsigned i = 0; i < Hash::kWords; ++i) words[i] = inner.words[i];
  words[Hash::kWords] = 0x80000000u;
  words[15] = (kHashBlockSize + 4 * Hash::kWords) * 8;
  auto outer = key.outer;
  Hash::compress(outer, words);
  return outer;
}

}  // namespace warpline::ipsec
