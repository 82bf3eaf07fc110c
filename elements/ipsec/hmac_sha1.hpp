// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/hd.hpp"
#include "elements/ipsec/sha1.hpp"

namespace warpline::ipsec {

/// An HMAC-SHA1 key as the two states that its pads lead to (RFC 2104 section 4): two compressions
/// less a packet, and the key itself is not kept.
struct HmacSha1Key {
  Sha1State inner;
  Sha1State outer;
};

/// The states of a key of any size. On the host, once per SA.
inline HmacSha1Key make_hmac_sha1_key(std::uint8_t const* key, std::uint32_t size) {
  std::uint8_t block[kSha1BlockSize] = {};
  if (size > kSha1BlockSize) {
    Sha1State const digest = sha1_finish(sha1_start(), 0, key, size);
    for (unsigned i = 0; i < 5; ++i) store_be32(block + 4 * i, digest.words[i]);
  } else {
    for (std::uint32_t i = 0; i < size; ++i) block[i] = key[i];
  }
  auto const padded = [&block](std::uint32_t pad) {
    std::uint32_t words[16];
    for (unsigned i = 0; i < 16; ++i) words[i] = load_be32(block + 4 * i) ^ pad;
    Sha1State state = sha1_start();
    sha1_compress(state, words);
    return state;
  };
  return {padded(0x36363636u), padded(0x5c5c5c5cu)};
}

/// The code of `size` bytes at `data` (any address, any size); RFC 2404 sends its first three
/// words.
WARPLINE_HD inline Sha1State hmac_sha1(HmacSha1Key const& key, std::uint8_t const* data,
                                       std::uint32_t size) {
  Sha1State const inner = sha1_finish(key.inner, kSha1BlockSize, data, size);
  std::uint32_t words[16] = {inner.words[0], inner.words[1], inner.words[2],
                             inner.words[3], inner.words[4], 0x80000000u};
  words[15] = (kSha1BlockSize + kSha1Size) * 8;
  Sha1State outer = key.outer;
  sha1_compress(outer, words);
  return outer;
}

}  // namespace warpline::ipsec
