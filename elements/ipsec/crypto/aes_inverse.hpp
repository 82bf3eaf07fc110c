// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"
#include "elements/ipsec/crypto/aes.hpp"

/// AES decryption (FIPS 197 section 5.3.5, the equivalent inverse cipher) as a kernel body.
namespace warpline::ipsec {

/// The inverse round table, 1 KiB, and the inverse S-box: `td[x]` is 14, 9, 13 and 11 times
/// `InvS(x)` from the top byte down; the tables of the other rows are rotations of it.
struct AesInverseTables {
  std::uint32_t td[256];
  std::uint8_t box[256];
  WARPLINE_HD constexpr std::uint32_t operator[](std::uint32_t x) const { return td[x]; }
  WARPLINE_HD constexpr std::uint32_t inverse_box(std::uint32_t x) const { return box[x]; }
};

/// The round keys in the order of decryption, all but the first and last through InvMixColumns.
struct AesInverseKey {
  AesKey rounds;
};

/// The tables, computed; once per process or device.
constexpr AesInverseTables make_aes_inverse_tables() {
  AesTables const forward = make_aes_tables();
  AesInverseTables tables{};
  for (std::uint32_t x = 0; x < 256; ++x)
    tables.box[forward.te[x] >> 8 & 255] = static_cast<std::uint8_t>(x);
  for (std::uint32_t x = 0; x < 256; ++x) {
    std::uint32_t const s = tables.box[x], s2 = detail::gf_double(s), s4 = detail::gf_double(s2),
                        s8 = detail::gf_double(s4);
    tables.td[x] = (s8 ^ s4 ^ s2) << 24 | (s8 ^ s) << 16 | (s8 ^ s4 ^ s) << 8 | (s8 ^ s2 ^ s);
  }
  return tables;
}

/// The round keys of decryption from those of encryption. On the host, once per SA.
inline AesInverseKey invert_aes_key(AesInverseTables const& inverse, AesTables const& forward,
                                    AesKey const& key) {
  AesInverseKey inverted{};
  inverted.rounds.rounds = key.rounds;
  auto const box = [&forward](std::uint32_t x) { return forward.te[x & 255] >> 8 & 255; };
  for (unsigned round = 0; round <= key.rounds; ++round)
    for (unsigned i = 0; i < 4; ++i) {
      std::uint32_t const word = key.words[4 * (key.rounds - round) + i];
      inverted.rounds.words[4 * round + i] =
          round == 0 || round == key.rounds
              ? word
              : inverse[box(word >> 24)] ^ rotate_left(inverse[box(word >> 16)], 24) ^
                    rotate_left(inverse[box(word >> 8)], 16) ^ rotate_left(inverse[box(word)], 8);
    }
  return inverted;
}

/// One block.
template <class InverseTable>
WARPLINE_HD inline AesBlock aes_decrypt(InverseTable const& table, AesInverseKey const& inverse,
                                        AesBlock block) {
  auto const& key = inverse.rounds;
  auto const [a, b, c, d] = detail::aes_rounds<true>(table, key, block).words;
  AesBlock const k = detail::round_key(key, key.rounds);
  auto const last = [&table](std::uint32_t w, std::uint32_t x, std::uint32_t y, std::uint32_t z) {
    return table.inverse_box(w >> 24) << 24 | table.inverse_box(x >> 16 & 255) << 16 |
           table.inverse_box(y >> 8 & 255) << 8 | table.inverse_box(z & 255);
  };
  return {{last(a, d, c, b) ^ k.words[0], last(b, a, d, c) ^ k.words[1],
           last(c, b, a, d) ^ k.words[2], last(d, c, b, a) ^ k.words[3]}};
}

}  // namespace warpline::ipsec
