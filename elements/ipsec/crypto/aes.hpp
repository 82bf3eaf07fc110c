// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

#include "core/base/hd.hpp"
#include "elements/ipsec/crypto/bytes.hpp"

/// AES encryption (FIPS 197) with keys of 128, 192 or 256 bits as a kernel body: words instead of
/// bytes, one table.
namespace warpline::ipsec {

/// The round table, 1 KiB: `te[x]` is `2·S(x), S(x), S(x), 3·S(x)` from the top byte down. The
/// three tables of the other rows are rotations of it, and the S-box is its middle bytes. Kernels
/// accept any type that returns the words by index, so that a device may keep its copy in the
/// fastest place and form. Look-ups depend on the data: use the library form on a CPU that is
/// shared with untrusted programs.
struct AesTables {
  std::uint32_t te[256];
  WARPLINE_HD constexpr std::uint32_t operator[](std::uint32_t x) const { return te[x]; }
};

/// An expanded key: round keys of four big-endian words, one more than there are rounds.
struct alignas(16) AesKey {
  static constexpr unsigned kMaxRounds = 14, kMinRounds = 10;
  std::uint32_t words[4 * (kMaxRounds + 1)];
  std::uint32_t rounds;  ///< 10, 12 or 14
};

using AesBlock = Block;

namespace detail {
constexpr std::uint32_t gf_double(std::uint32_t x) {
  return ((x << 1) ^ (x & 0x80 ? 0x11bu : 0u)) & 0x1ff;
}

template <class Table>
WARPLINE_HD inline std::uint32_t aes_column(Table const& table, std::uint32_t a, std::uint32_t b,
                                            std::uint32_t c, std::uint32_t d, std::uint32_t key) {
  return key ^ table[a >> 24] ^ rotate_left(table[b >> 16 & 255], 24) ^
         rotate_left(table[c >> 8 & 255], 16) ^ rotate_left(table[d & 255], 8);
}

template <class Table>
WARPLINE_HD inline std::uint32_t aes_last_column(Table const& table, std::uint32_t a,
                                                 std::uint32_t b, std::uint32_t c, std::uint32_t d,
                                                 std::uint32_t key) {
  return key ^ (table[a >> 24] << 8 & 0xff000000u) ^ (table[b >> 16 & 255] & 0x00ff0000u) ^
         (table[c >> 8 & 255] & 0x0000ff00u) ^ (table[d & 255] >> 8 & 0x000000ffu);
}
}  // namespace detail

/// The tables, computed; a few microseconds, once per process or device.
constexpr AesTables make_aes_tables() {
  AesTables tables{};
  // 3 generates the field's group: p walks through it while q walks through the inverses.
  std::uint32_t p = 1, q = 1;
  auto const set = [&tables](std::uint32_t x, std::uint32_t s) {
    std::uint32_t const s2 = detail::gf_double(s);
    tables.te[x] = s2 << 24 | s << 16 | s << 8 | (s2 ^ s);
  };
  do {
    p = (p ^ detail::gf_double(p)) & 0xff;
    q ^= q << 1;
    q ^= q << 2;
    q ^= q << 4;
    q &= 0xff;
    if (q & 0x80) q ^= 0x09;
    std::uint32_t const spread = q * 0x0101u;
    set(p, (q ^ spread >> 7 ^ spread >> 6 ^ spread >> 5 ^ spread >> 4 ^ 0x63u) & 0xff);
  } while (p != 1);
  set(0, 0x63);
  return tables;
}

/// The round keys of a key of 16, 24 or 32 bytes (FIPS 197 section 5.2). On the host, once per SA.
inline AesKey expand_aes_key(AesTables const& tables, std::uint8_t const* key, unsigned size) {
  AesKey expanded{};
  unsigned const own = size / 4;
  expanded.rounds = own + 6;
  for (unsigned i = 0; i < own; ++i) expanded.words[i] = load_be32(key + 4 * i);
  auto const substitute = [&tables](std::uint32_t word, std::uint32_t constant) {
    return detail::aes_last_column(tables, word, word, word, word, constant);
  };
  std::uint32_t constant = 1;
  for (unsigned i = own; i < 4 * (expanded.rounds + 1); ++i) {
    std::uint32_t word = expanded.words[i - 1];
    if (i % own == 0) {
      word = substitute(rotate_left(word, 8), constant << 24);
      constant = detail::gf_double(constant);
    } else if (own > 6 && i % own == 4) {
      word = substitute(word, 0);
    }
    expanded.words[i] = expanded.words[i - own] ^ word;
  }
  return expanded;
}

namespace detail {
/// In one load: devices have one for 16 bytes.
WARPLINE_HD inline AesBlock round_key(AesKey const& key, unsigned round) {
  AesBlock block;
  std::memcpy(&block, __builtin_assume_aligned(key.words + 4 * round, 16), 16);
  return block;
}

/// A round on four words: as a block they would go through memory. The inverse rotates rows in the
/// opposite direction.
template <bool kInverse, class Table>
WARPLINE_HD inline void aes_round(Table const& table, AesKey const& key, unsigned round,
                                  std::uint32_t& a, std::uint32_t& b, std::uint32_t& c,
                                  std::uint32_t& d) {
  AesBlock const k = round_key(key, round);
  std::uint32_t const e = aes_column(table, a, kInverse ? d : b, c, kInverse ? b : d, k.words[0]);
  std::uint32_t const f = aes_column(table, b, kInverse ? a : c, d, kInverse ? c : a, k.words[1]);
  std::uint32_t const g = aes_column(table, c, kInverse ? b : d, a, kInverse ? d : b, k.words[2]);
  d = aes_column(table, d, kInverse ? c : a, b, kInverse ? a : c, k.words[3]);
  a = e;
  b = f;
  c = g;
}

/// All rounds but the last of one block.
template <bool kInverse, class Table>
WARPLINE_HD inline AesBlock aes_rounds(Table const& table, AesKey const& key, AesBlock block) {
  AesBlock const k = round_key(key, 0);
  std::uint32_t a = block.words[0] ^ k.words[0], b = block.words[1] ^ k.words[1];
  std::uint32_t c = block.words[2] ^ k.words[2], d = block.words[3] ^ k.words[3];
  unsigned round = 1;
  // The rounds that all keys have come first: a constant bound makes straight-line code for
  // AES-128.
  for (; round < AesKey::kMinRounds; ++round) aes_round<kInverse>(table, key, round, a, b, c, d);
  for (; round < key.rounds; ++round) aes_round<kInverse>(table, key, round, a, b, c, d);
  return {{a, b, c, d}};
}

WARPLINE_HD inline AesBlock operator^(AesBlock a, AesBlock const& b) {
  for (unsigned i = 0; i < 4; ++i) a.words[i] ^= b.words[i];
  return a;
}
}  // namespace detail

/// One block in ECB (FIPS 197 section 5.1).
template <class Table>
WARPLINE_HD inline AesBlock aes_encrypt(Table const& table, AesKey const& key, AesBlock block) {
  auto const [a, b, c, d] = detail::aes_rounds<false>(table, key, block).words;
  AesBlock const k = detail::round_key(key, key.rounds);
  return {{detail::aes_last_column(table, a, b, c, d, k.words[0]),
           detail::aes_last_column(table, b, c, d, a, k.words[1]),
           detail::aes_last_column(table, c, d, a, b, k.words[2]),
           detail::aes_last_column(table, d, a, b, c, k.words[3])}};
}

/// XORs 16 bytes at `data` (any address) with `key_stream`.
WARPLINE_HD inline void xor_block(std::uint8_t* data, AesBlock const& key_stream) {
  AesBlock block = load_block(data);
  for (unsigned i = 0; i < 4; ++i) block.words[i] ^= key_stream.words[i];
  store_block(data, block);
}

/// XORs the first `bytes` < 16 bytes at `data` with `key_stream`.
WARPLINE_HD inline void xor_partial_block(std::uint8_t* data, unsigned bytes,
                                          AesBlock const& key_stream) {
  for (unsigned i = 0; i < 15; ++i)  // constant bounds keep a device's words in registers
    if (i < bytes)
      data[i] ^= static_cast<std::uint8_t>(key_stream.words[i / 4] >> (24 - 8 * (i % 4)));
}

}  // namespace warpline::ipsec
