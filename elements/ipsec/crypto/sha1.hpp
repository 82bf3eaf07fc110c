// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/base/hd.hpp"
#include "elements/ipsec/crypto/bytes.hpp"
#include "elements/ipsec/crypto/hash_message.hpp"

/// SHA-1 (FIPS 180-4) as a kernel body: the message schedule stays in sixteen registers, so every
/// index into it is a constant.
namespace warpline::ipsec {

/// The five chaining words; after the last block, the digest.
struct Sha1State {
  std::uint32_t words[5];
};

WARPLINE_HD constexpr Sha1State sha1_start() {
  return {{0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u}};
}

namespace detail {
template <std::size_t I>
WARPLINE_HD inline void sha1_round(std::uint32_t (&v)[5], std::uint32_t (&w)[16]) {
  if constexpr (I >= 16)
    w[I % 16] = rotate_left(w[(I + 13) % 16] ^ w[(I + 8) % 16] ^ w[(I + 2) % 16] ^ w[I % 16], 1);
  // Instead of moving the five words on after each round, their roles move.
  std::uint32_t& a = v[(80 - I) % 5];
  std::uint32_t& b = v[(81 - I) % 5];
  std::uint32_t& c = v[(82 - I) % 5];
  std::uint32_t& d = v[(83 - I) % 5];
  std::uint32_t& e = v[(84 - I) % 5];
  std::uint32_t mixed;
  if constexpr (I < 20)
    mixed = ((b & (c ^ d)) ^ d) + 0x5a827999u;
  else if constexpr (I < 40)
    mixed = (b ^ c ^ d) + 0x6ed9eba1u;
  else if constexpr (I < 60)
    mixed = ((b & c) | (d & (b | c))) + 0x8f1bbcdcu;
  else
    mixed = (b ^ c ^ d) + 0xca62c1d6u;
  e += rotate_left(a, 5) + mixed + w[I % 16];
  b = rotate_left(b, 30);
}

template <std::size_t... I>
WARPLINE_HD inline void sha1_rounds(std::uint32_t (&v)[5], std::uint32_t (&w)[16],
                                    std::index_sequence<I...>) {
  (sha1_round<I>(v, w), ...);
}
}  // namespace detail

/// Mixes one block of sixteen words into `state`; overwrites `words`.
WARPLINE_HD inline void sha1_compress(Sha1State& state, std::uint32_t (&words)[16]) {
  std::uint32_t v[5] = {state.words[0], state.words[1], state.words[2], state.words[3],
                        state.words[4]};
  detail::sha1_rounds(v, words, std::make_index_sequence<80>{});
  for (unsigned i = 0; i < 5; ++i) state.words[i] += v[i];
}

/// The digest of `before` bytes (whole blocks), which are already in `state`, and `size` bytes at
/// `data` (any address). Adds the padding and the length.
WARPLINE_HD inline Sha1State sha1_finish(Sha1State state, std::uint32_t before,
                                         std::uint8_t const* data, std::uint32_t size) {
  hash_rest<std::uint32_t>(before, data, size,
                           [&state](std::uint32_t(&words)[16]) { sha1_compress(state, words); });
  return state;
}

/// The hash for `HmacKey`.
struct Sha1 {
  using Word = std::uint32_t;
  using State = Sha1State;
  static constexpr unsigned kWords = 5;
  WARPLINE_HD static constexpr State start() { return sha1_start(); }
  WARPLINE_HD static void compress(State& state, std::uint32_t (&words)[16]) {
    sha1_compress(state, words);
  }
  WARPLINE_HD static State finish(State state, std::uint32_t before, std::uint8_t const* data,
                                  std::uint32_t size) {
    return sha1_finish(state, before, data, size);
  }
};

}  // namespace warpline::ipsec
