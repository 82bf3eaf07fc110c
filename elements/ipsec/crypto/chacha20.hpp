// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"
#include "elements/ipsec/crypto/bytes.hpp"

/// ChaCha20 (RFC 8439 section 2.3 and 2.4) as kernel bodies: 32-bit words, no tables, the same time
/// whatever the data.
namespace warpline::ipsec {

/// The key as eight words, and 64 bytes of key stream as sixteen, in the byte order of the
/// algorithm: little-endian.
struct ChaChaKey {
  std::uint32_t words[8];
};
struct ChaChaBlock {
  std::uint32_t words[16];
};

/// A nonce of 96 bits: `salt` as the big-endian word of its first 4 bytes, then 8 bytes (RFC 7634
/// section 2).
struct ChaChaNonce {
  std::uint32_t words[3];  // little-endian

  WARPLINE_HD ChaChaNonce(std::uint32_t salt, std::uint8_t const* iv)
      : words{detail::swap_bytes(salt), detail::swap_bytes(load_be32(iv)),
              detail::swap_bytes(load_be32(iv + 4))} {}
};

/// On the host, once per SA: 32 bytes at `key`.
inline ChaChaKey make_chacha_key(std::uint8_t const* key) {
  ChaChaKey nonce{};
  for (unsigned i = 0; i < 8; ++i) nonce.words[i] = detail::swap_bytes(load_be32(key + 4 * i));
  return nonce;
}

namespace detail {
WARPLINE_HD inline void chacha_quarter(std::uint32_t& a, std::uint32_t& b, std::uint32_t& c,
                                       std::uint32_t& d) {
  a += b;
  d = rotate_left(d ^ a, 16);
  c += d;
  b = rotate_left(b ^ c, 12);
  a += b;
  d = rotate_left(d ^ a, 8);
  c += d;
  b = rotate_left(b ^ c, 7);
}
}  // namespace detail

/// A block of key stream.
WARPLINE_HD inline ChaChaBlock chacha20_block(ChaChaKey const& key, std::uint32_t counter,
                                              ChaChaNonce const& nonce) {
  // "expand 32-byte k" in constants, key, counter, nonce: each is an argument or an immediate, so
  // nothing but the sixteen words needs a register for the length of the rounds.
  std::uint32_t const start[4] = {0x61707865u, 0x3320646eu, 0x79622d32u, 0x6b206574u};
  ChaChaBlock block;
  auto& x = block.words;
  for (unsigned i = 0; i < 4; ++i) x[i] = start[i];
  for (unsigned i = 0; i < 8; ++i) x[4 + i] = key.words[i];
  x[12] = counter;
  for (unsigned i = 0; i < 3; ++i) x[13 + i] = nonce.words[i];
  for (unsigned round = 0; round < 10; ++round) {
    for (unsigned i = 0; i < 4; ++i) detail::chacha_quarter(x[i], x[4 + i], x[8 + i], x[12 + i]);
    for (unsigned i = 0; i < 4; ++i)
      detail::chacha_quarter(x[i], x[4 + (i + 1) % 4], x[8 + (i + 2) % 4], x[12 + (i + 3) % 4]);
  }
  for (unsigned i = 0; i < 4; ++i) x[i] += start[i];
  for (unsigned i = 0; i < 8; ++i) x[4 + i] += key.words[i];
  x[12] += counter;
  for (unsigned i = 0; i < 3; ++i) x[13 + i] += nonce.words[i];
  return block;
}

namespace detail {
/// XORs the first `size` bytes at `data` (any address), at most 64, with the key stream.
WARPLINE_HD inline void xor_chacha_block(std::uint8_t* data, std::uint32_t size,
                                         ChaChaBlock const& stream) {
  for (unsigned i = 0; i < 4; ++i) {  // constant bounds keep a device's words in registers
    Block mask;
    for (unsigned j = 0; j < 4; ++j) mask.words[j] = swap_bytes(stream.words[4 * i + j]);
    if (size >= 16 * (i + 1)) {
      Block block = load_block(data + 16 * i);
      for (unsigned j = 0; j < 4; ++j) block.words[j] ^= mask.words[j];
      store_block(data + 16 * i, block);
    } else if (size > 16 * i) {
      for (unsigned j = 0; j < 15; ++j)
        if (16 * i + j < size)
          data[16 * i + j] ^= static_cast<std::uint8_t>(mask.words[j / 4] >> (24 - 8 * (j % 4)));
    }
  }
}
}  // namespace detail

/// Encrypts the 64-byte blocks `thread`, `thread + threads`, ... as `chacha20` does.
WARPLINE_HD inline void chacha20_share(ChaChaKey const& key, ChaChaNonce const& nonce,
                                       std::uint32_t counter, std::uint8_t* data,
                                       std::uint32_t size, std::uint32_t thread,
                                       std::uint32_t threads) {
  for (std::uint32_t offset = 64 * thread; offset < size; offset += 64 * threads)
    detail::xor_chacha_block(data + offset, size - offset,
                             chacha20_block(key, counter + offset / 64, nonce));
}

/// En- or decrypts `size` bytes in place; the block counter begins at `counter`. Any address, any
/// size.
WARPLINE_HD inline void chacha20(ChaChaKey const& key, ChaChaNonce const& nonce,
                                 std::uint32_t counter, std::uint8_t* data, std::uint32_t size) {
  chacha20_share(key, nonce, counter, data, size, 0, 1);
}

}  // namespace warpline::ipsec
