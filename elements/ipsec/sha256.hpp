// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/hd.hpp"
#include "elements/ipsec/bytes.hpp"
#include "elements/ipsec/hash_message.hpp"

/// SHA-256 (FIPS 180-4) as a kernel body, built like sha1.hpp: every index into the message schedule
/// is a constant, and so are the round constants.
namespace warpline::ipsec {

/// The eight chaining words; after the last block, the digest.
struct Sha256State {
  std::uint32_t words[8];
};

namespace detail {
/// FIPS 180-4 section 4.2.2: 32 bits of the cube roots of the first 64 primes.
inline constexpr std::uint32_t kSha256Rounds[64] = {
    0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u, 0x923f82a4u,
    0xab1c5ed5u, 0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u, 0x72be5d74u, 0x80deb1feu,
    0x9bdc06a7u, 0xc19bf174u, 0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu,
    0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau, 0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u,
    0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u, 0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu,
    0x53380d13u, 0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u, 0xa2bfe8a1u, 0xa81a664bu,
    0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u, 0x19a4c116u,
    0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u,
    0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u, 0x90befffau, 0xa4506cebu, 0xbef9a3f7u,
    0xc67178f2u,
};

template <std::size_t I>
WARPLINE_HD inline void sha256_round(std::uint32_t (&v)[8], std::uint32_t (&w)[16]) {
  if constexpr (I >= 16) {
    std::uint32_t const x = w[(I + 1) % 16], y = w[(I + 14) % 16];
    w[I % 16] += w[(I + 9) % 16] + (rotate_left(x, 25) ^ rotate_left(x, 14) ^ x >> 3) +
                 (rotate_left(y, 15) ^ rotate_left(y, 13) ^ y >> 10);
  }
  // Instead of moving the eight words on after each round, their roles move.
  std::uint32_t const a = v[(64 - I) % 8], b = v[(65 - I) % 8], c = v[(66 - I) % 8];
  std::uint32_t const e = v[(68 - I) % 8], f = v[(69 - I) % 8], g = v[(70 - I) % 8];
  std::uint32_t& d = v[(67 - I) % 8];
  std::uint32_t& h = v[(71 - I) % 8];
  constexpr std::uint32_t kRound = kSha256Rounds[I];
  h += (rotate_left(e, 26) ^ rotate_left(e, 21) ^ rotate_left(e, 7)) + ((e & (f ^ g)) ^ g) +
       kRound + w[I % 16];
  d += h;
  h += (rotate_left(a, 30) ^ rotate_left(a, 19) ^ rotate_left(a, 10)) + ((a & b) | (c & (a | b)));
}

template <std::size_t... I>
WARPLINE_HD inline void sha256_rounds(std::uint32_t (&v)[8], std::uint32_t (&w)[16],
                                      std::index_sequence<I...>) {
  (sha256_round<I>(v, w), ...);
}
}  // namespace detail

WARPLINE_HD constexpr Sha256State sha256_start() {
  return {{0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au, 0x510e527fu, 0x9b05688cu,
           0x1f83d9abu, 0x5be0cd19u}};
}

/// Mixes one block of sixteen words into `state`; `words` is used up.
WARPLINE_HD inline void sha256_compress(Sha256State& state, std::uint32_t (&words)[16]) {
  std::uint32_t v[8];
  for (unsigned i = 0; i < 8; ++i) v[i] = state.words[i];
  detail::sha256_rounds(v, words, std::make_index_sequence<64>{});
  for (unsigned i = 0; i < 8; ++i) state.words[i] += v[i];
}

/// The digest of what `state` has taken in (`before` bytes, whole blocks) and then `size` bytes at
/// `data` (any address).
WARPLINE_HD inline Sha256State sha256_finish(Sha256State state, std::uint32_t before,
                                             std::uint8_t const* data, std::uint32_t size) {
  hash_rest(before, data, size,
            [&state](std::uint32_t(&words)[16]) { sha256_compress(state, words); });
  return state;
}

/// The hash for `HmacKey`.
struct Sha256 {
  using State = Sha256State;
  static constexpr unsigned kWords = 8;
  WARPLINE_HD static constexpr State start() { return sha256_start(); }
  WARPLINE_HD static void compress(State& state, std::uint32_t (&words)[16]) {
    sha256_compress(state, words);
  }
  WARPLINE_HD static State finish(State state, std::uint32_t before, std::uint8_t const* data,
                                  std::uint32_t size) {
    return sha256_finish(state, before, data, size);
  }
};

}  // namespace warpline::ipsec
