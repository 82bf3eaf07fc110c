// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/base/hd.hpp"
#include "elements/ipsec/crypto/hash_message.hpp"

/// SHA-256, SHA-384 and SHA-512 (FIPS 180-4) as one kernel body over words of 32 or 64 bits, built
/// like sha1.hpp: every index into the message schedule is a constant, and so are the round constants.
namespace warpline::ipsec {

/// The eight chaining words; after the last block, the words of the digest come first.
template <class W>
struct Sha2State {
  W words[8];
};

namespace detail {
/// FIPS 180-4 section 4.2.3: 64 bits of the cube roots of the first 80 primes. The constants of
/// SHA-256 (section 4.2.2) are the high halves of the first 64.
inline constexpr std::uint64_t kSha2Rounds[80] = {
    0x428a2f98d728ae22u, 0x7137449123ef65cdu, 0xb5c0fbcfec4d3b2fu, 0xe9b5dba58189dbbcu,
    0x3956c25bf348b538u, 0x59f111f1b605d019u, 0x923f82a4af194f9bu, 0xab1c5ed5da6d8118u,
    0xd807aa98a3030242u, 0x12835b0145706fbeu, 0x243185be4ee4b28cu, 0x550c7dc3d5ffb4e2u,
    0x72be5d74f27b896fu, 0x80deb1fe3b1696b1u, 0x9bdc06a725c71235u, 0xc19bf174cf692694u,
    0xe49b69c19ef14ad2u, 0xefbe4786384f25e3u, 0x0fc19dc68b8cd5b5u, 0x240ca1cc77ac9c65u,
    0x2de92c6f592b0275u, 0x4a7484aa6ea6e483u, 0x5cb0a9dcbd41fbd4u, 0x76f988da831153b5u,
    0x983e5152ee66dfabu, 0xa831c66d2db43210u, 0xb00327c898fb213fu, 0xbf597fc7beef0ee4u,
    0xc6e00bf33da88fc2u, 0xd5a79147930aa725u, 0x06ca6351e003826fu, 0x142929670a0e6e70u,
    0x27b70a8546d22ffcu, 0x2e1b21385c26c926u, 0x4d2c6dfc5ac42aedu, 0x53380d139d95b3dfu,
    0x650a73548baf63deu, 0x766a0abb3c77b2a8u, 0x81c2c92e47edaee6u, 0x92722c851482353bu,
    0xa2bfe8a14cf10364u, 0xa81a664bbc423001u, 0xc24b8b70d0f89791u, 0xc76c51a30654be30u,
    0xd192e819d6ef5218u, 0xd69906245565a910u, 0xf40e35855771202au, 0x106aa07032bbd1b8u,
    0x19a4c116b8d2d0c8u, 0x1e376c085141ab53u, 0x2748774cdf8eeb99u, 0x34b0bcb5e19b48a8u,
    0x391c0cb3c5c95a63u, 0x4ed8aa4ae3418acbu, 0x5b9cca4f7763e373u, 0x682e6ff3d6b2b8a3u,
    0x748f82ee5defb2fcu, 0x78a5636f43172f60u, 0x84c87814a1f0ab72u, 0x8cc702081a6439ecu,
    0x90befffa23631e28u, 0xa4506cebde82bde9u, 0xbef9a3f7b2c67915u, 0xc67178f2e372532bu,
    0xca273eceea26619cu, 0xd186b8c721c0c207u, 0xeada7dd6cde0eb1eu, 0xf57d4f7fee6ed178u,
    0x06f067aa72176fbau, 0x0a637dc5a2c898a6u, 0x113f9804bef90daeu, 0x1b710b35131c471bu,
    0x28db77f523047d84u, 0x32caab7b40c72493u, 0x3c9ebe0a15c9bebcu, 0x431d67c49c100d4cu,
    0x4cc5d4becb3e42b6u, 0x597f299cfc657e2au, 0x5fcb6fab3ad6faecu, 0x6c44198c4a475817u,
};
/// FIPS 180-4 sections 5.3.4 and 5.3.5: 64 bits of the square roots of the first 16 primes. SHA-512
/// begins with the first eight, SHA-256 (section 5.3.3) with their high halves, SHA-384 with the rest.
inline constexpr std::uint64_t kSha2Start[16] = {
    0x6a09e667f3bcc908u, 0xbb67ae8584caa73bu, 0x3c6ef372fe94f82bu, 0xa54ff53a5f1d36f1u,
    0x510e527fade682d1u, 0x9b05688c2b3e6c1fu, 0x1f83d9abfb41bd6bu, 0x5be0cd19137e2179u,
    0xcbbb9d5dc1059ed8u, 0x629a292a367cd507u, 0x9159015a3070dd17u, 0x152fecd8f70e5939u,
    0x67332667ffc00b31u, 0x8eb44a8768581511u, 0xdb0c2e0d64f98fa7u, 0x47b5481dbefa4fa4u,
};

/// FIPS 180-4 sections 4.1.2 and 4.1.3: the distances of right rotations and shifts in the
/// functions of a round and of the message schedule.
template <class Word>
struct Sha2Rotations;
template <>
struct Sha2Rotations<std::uint32_t> {
  static constexpr unsigned kRounds = 64;
  static constexpr unsigned a[3] = {2, 13, 22}, e[3] = {6, 11, 25};
  static constexpr unsigned early[3] = {7, 18, 3}, late[3] = {17, 19, 10};
};
template <>
struct Sha2Rotations<std::uint64_t> {
  static constexpr unsigned kRounds = 80;
  static constexpr unsigned a[3] = {28, 34, 39}, e[3] = {14, 18, 41};
  static constexpr unsigned early[3] = {1, 8, 7}, late[3] = {19, 61, 6};
};

template <class Word>
WARPLINE_HD constexpr Word rotate_right(Word word, unsigned bits) {
  return word >> bits | word << (8 * sizeof(Word) - bits);
}
template <class Word>
WARPLINE_HD constexpr Word high_part(std::uint64_t value) {
  return static_cast<Word>(value >> (64 - 8 * sizeof(Word)));
}

template <std::size_t I, class Word>
WARPLINE_HD inline void sha2_round(Word (&v)[8], Word (&w)[16]) {
  using By = Sha2Rotations<Word>;
  // Separate names: a device has no arrays of constants to index.
  constexpr unsigned a0 = By::a[0], a1 = By::a[1], a2 = By::a[2];
  constexpr unsigned e0 = By::e[0], e1 = By::e[1], e2 = By::e[2];
  constexpr unsigned x0 = By::early[0], x1 = By::early[1], x2 = By::early[2];
  constexpr unsigned y0 = By::late[0], y1 = By::late[1], y2 = By::late[2];
  if constexpr (I >= 16) {
    Word const x = w[(I + 1) % 16], y = w[(I + 14) % 16];
    w[I % 16] += w[(I + 9) % 16] + (rotate_right(x, x0) ^ rotate_right(x, x1) ^ x >> x2) +
                 (rotate_right(y, y0) ^ rotate_right(y, y1) ^ y >> y2);
  }
  // Instead of moving the eight words on after each round, their roles move.
  Word const a = v[(80 - I) % 8], b = v[(81 - I) % 8], c = v[(82 - I) % 8];
  Word const e = v[(84 - I) % 8], f = v[(85 - I) % 8], g = v[(86 - I) % 8];
  Word& d = v[(83 - I) % 8];
  Word& h = v[(87 - I) % 8];
  constexpr Word kRound = high_part<Word>(kSha2Rounds[I]);
  h += (rotate_right(e, e0) ^ rotate_right(e, e1) ^ rotate_right(e, e2)) + ((e & (f ^ g)) ^ g) +
       kRound + w[I % 16];
  d += h;
  h +=
      (rotate_right(a, a0) ^ rotate_right(a, a1) ^ rotate_right(a, a2)) + ((a & b) | (c & (a | b)));
}

template <class Word, std::size_t... I>
WARPLINE_HD inline void sha2_rounds(Word (&v)[8], Word (&w)[16], std::index_sequence<I...>) {
  (sha2_round<I>(v, w), ...);
}

template <class Word>
WARPLINE_HD inline void sha2_mix(Sha2State<Word>& state, Word (&words)[16]) {
  Word v[8];
  for (unsigned i = 0; i < 8; ++i) v[i] = state.words[i];
  sha2_rounds(v, words, std::make_index_sequence<Sha2Rotations<Word>::kRounds>{});
  for (unsigned i = 0; i < 8; ++i) state.words[i] += v[i];
}
}  // namespace detail

/// Mixes one block of sixteen words into `state`; overwrites `words`.
WARPLINE_HD inline void sha2_compress(Sha2State<std::uint32_t>& state, std::uint32_t (&words)[16]) {
  detail::sha2_mix(state, words);
}
/// The same, not inlined: a device, whose words have 32 bits, would need many times the code, and
/// registers that other suites have use for.
[[gnu::noinline]] WARPLINE_HD inline void sha2_compress(Sha2State<std::uint64_t>& state,
                                                        std::uint64_t (&words)[16]) {
  detail::sha2_mix(state, words);
}

/// The hash for `HmacKey`: words of type `W`, `kDigestBytes` bytes of digest.
template <class W, unsigned kDigestBytes>
struct Sha2 {
  using Word = W;
  using State = Sha2State<Word>;
  static constexpr unsigned kWords = kDigestBytes / sizeof(Word);

  static constexpr State start() {
    constexpr unsigned kFirst = kDigestBytes == 48 ? 8 : 0;
    State state{};
    for (unsigned i = 0; i < 8; ++i)
      state.words[i] = detail::high_part<Word>(detail::kSha2Start[kFirst + i]);
    return state;
  }
  WARPLINE_HD static void compress(State& state, Word (&words)[16]) { sha2_compress(state, words); }
  /// The digest of `before` bytes (whole blocks), which are already in `state`, and `size` bytes at
  /// `data` (any address).
  WARPLINE_HD static State finish(State state, std::uint32_t before, std::uint8_t const* data,
                                  std::uint32_t size) {
    hash_rest<Word>(before, data, size, [&state](Word(&words)[16]) { compress(state, words); });
    return state;
  }
};
using Sha256 = Sha2<std::uint32_t, 32>;
using Sha384 = Sha2<std::uint64_t, 48>;
using Sha512 = Sha2<std::uint64_t, 64>;

}  // namespace warpline::ipsec
