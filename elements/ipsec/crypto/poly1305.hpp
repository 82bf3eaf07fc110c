// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"
#include "elements/ipsec/crypto/bytes.hpp"
#include "elements/ipsec/crypto/chacha20.hpp"

/// Poly1305 (RFC 8439 section 2.5) as a kernel body: limbs of 26 bits, whose products of 32×32→64
/// bits have spare bits for all sums. No branch and no address depends on the data.
namespace warpline::ipsec {

/// A key for one message: `r`, then `s`, little-endian words.
struct PolyKey {
  std::uint32_t words[8];
};

/// The one-time key of ChaCha20-Poly1305 (RFC 8439 section 2.6).
WARPLINE_HD inline PolyKey make_poly_key(ChaChaKey const& key, ChaChaNonce const& nonce) {
  ChaChaBlock const block = chacha20_block(key, 0, nonce);
  PolyKey state;
  for (unsigned i = 0; i < 8; ++i) state.words[i] = block.words[i];
  return state;
}

/// The sum so far, modulo 2^130 - 5.
class Poly1305 {
 public:
  WARPLINE_HD explicit Poly1305(PolyKey const& key) {
    std::uint32_t const* const w = key.words;
    r_[0] = w[0] & 0x3ffffffu;
    r_[1] = (w[0] >> 26 | w[1] << 6) & 0x3ffff03u;
    r_[2] = (w[1] >> 20 | w[2] << 12) & 0x3ffc0ffu;
    r_[3] = (w[2] >> 14 | w[3] << 18) & 0x3f03fffu;
    r_[4] = w[3] >> 8 & 0x00fffffu;
    for (unsigned i = 0; i < 4; ++i) pad_[i] = w[4 + i];
  }

  /// Adds a block of 16 bytes; `top`: 1 for the bit after them.
  WARPLINE_HD void block(Block const& bytes, std::uint32_t top = 1) {
    std::uint32_t w[4];
    for (unsigned i = 0; i < 4; ++i) w[i] = detail::swap_bytes(bytes.words[i]);
    constexpr std::uint32_t kLimb = 0x3ffffffu;
    std::uint32_t const h0 = h_[0] + (w[0] & kLimb);
    std::uint32_t const h1 = h_[1] + ((w[0] >> 26 | w[1] << 6) & kLimb);
    std::uint32_t const h2 = h_[2] + ((w[1] >> 20 | w[2] << 12) & kLimb);
    std::uint32_t const h3 = h_[3] + ((w[2] >> 14 | w[3] << 18) & kLimb);
    std::uint32_t const h4 = h_[4] + (w[3] >> 8 | top << 24);
    std::uint32_t const r0 = r_[0], r1 = r_[1], r2 = r_[2], r3 = r_[3], r4 = r_[4];
    // The part above 2^130 is added again, times five.
    std::uint32_t const s1 = 5 * r1, s2 = 5 * r2, s3 = 5 * r3, s4 = 5 * r4;
    std::uint64_t const d0 =
        wide(h0, r0) + wide(h1, s4) + wide(h2, s3) + wide(h3, s2) + wide(h4, s1);
    std::uint64_t d1 = wide(h0, r1) + wide(h1, r0) + wide(h2, s4) + wide(h3, s3) + wide(h4, s2);
    std::uint64_t d2 = wide(h0, r2) + wide(h1, r1) + wide(h2, r0) + wide(h3, s4) + wide(h4, s3);
    std::uint64_t d3 = wide(h0, r3) + wide(h1, r2) + wide(h2, r1) + wide(h3, r0) + wide(h4, s4);
    std::uint64_t d4 = wide(h0, r4) + wide(h1, r3) + wide(h2, r2) + wide(h3, r1) + wide(h4, r0);
    d1 += d0 >> 26;
    d2 += d1 >> 26;
    d3 += d2 >> 26;
    d4 += d3 >> 26;
    std::uint64_t const back = (d0 & kLimb) + (d4 >> 26) * 5;
    h_[0] = static_cast<std::uint32_t>(back) & kLimb;
    h_[1] = (static_cast<std::uint32_t>(d1) & kLimb) + static_cast<std::uint32_t>(back >> 26);
    h_[2] = static_cast<std::uint32_t>(d2) & kLimb;
    h_[3] = static_cast<std::uint32_t>(d3) & kLimb;
    h_[4] = static_cast<std::uint32_t>(d4) & kLimb;
  }

  /// Adds `size` bytes at `data` (any address), the last block padded with zeros as in the AEAD
  /// (RFC 8439 section 2.8).
  WARPLINE_HD void padded(std::uint8_t const* data, std::uint32_t size) {
    for (; size >= 16; size -= 16, data += 16) block(load_block(data));
    if (size > 0) block(load_partial_block(data, size));
  }

  /// The code.
  WARPLINE_HD Block finish() const {
    constexpr std::uint32_t kLimb = 0x3ffffffu;
    std::uint32_t h[5];
    for (unsigned i = 0; i < 5; ++i) h[i] = h_[i];
    std::uint32_t carry = 0;
    for (unsigned pass = 0; pass < 2; ++pass) {
      for (unsigned i = 0; i < 5; ++i) {
        h[i] += carry;
        carry = h[i] >> 26;
        h[i] &= kLimb;
      }
      carry *= 5;
    }
    h[0] += carry;
    // Subtracts 2^130 - 5 unless that is negative.
    std::uint32_t g[5];
    carry = 5;
    for (unsigned i = 0; i < 5; ++i) {
      g[i] = h[i] + carry;
      carry = g[i] >> 26;
      g[i] &= kLimb;
    }
    std::uint32_t const mask = 0u - carry;
    for (unsigned i = 0; i < 5; ++i) h[i] = (h[i] & ~mask) | (g[i] & mask);
    std::uint32_t const low[4] = {h[0] | h[1] << 26, h[1] >> 6 | h[2] << 20,
                                  h[2] >> 12 | h[3] << 14, h[3] >> 18 | h[4] << 8};
    Block code;
    std::uint64_t sum = 0;
    for (unsigned i = 0; i < 4; ++i) {
      sum += static_cast<std::uint64_t>(low[i]) + pad_[i];
      code.words[i] = detail::swap_bytes(static_cast<std::uint32_t>(sum));
      sum >>= 32;
    }
    return code;
  }

 private:
  WARPLINE_HD static constexpr std::uint64_t wide(std::uint32_t a, std::uint32_t b) {
    return static_cast<std::uint64_t>(a) * b;
  }

  std::uint32_t r_[5];
  std::uint32_t h_[5] = {};
  std::uint32_t pad_[4];
};

/// The tag of ChaCha20-Poly1305 (RFC 8439 section 2.8) over ciphertext at any address, for at most
/// 16 bytes of associated data, padded with zeros.
WARPLINE_HD inline Block chacha20_poly1305_tag(PolyKey const& key, Block const& aad,
                                               std::uint32_t aad_size, std::uint8_t const* data,
                                               std::uint32_t size) {
  Poly1305 sum(key);
  if (aad_size > 0) sum.block(aad);
  sum.padded(data, size);
  sum.block({{detail::swap_bytes(aad_size), 0, detail::swap_bytes(size), 0}});
  return sum.finish();
}

}  // namespace warpline::ipsec
