// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/hd.hpp"
#include "elements/ipsec/aes.hpp"
#include "elements/ipsec/aes_inverse.hpp"

/// AES-128 in cipher block chaining mode (NIST SP 800-38A section 6.2) as kernel bodies. Sizes are
/// multiples of 16 bytes; the rest of another size is left alone. Any addresses.
namespace warpline::ipsec {

namespace detail {
WARPLINE_HD inline AesBlock operator^(AesBlock a, AesBlock const& b) {
  for (unsigned i = 0; i < 4; ++i) a.words[i] ^= b.words[i];
  return a;
}
}  // namespace detail

/// Encrypts in place: one chain, so one thread.
template <class Table>
WARPLINE_HD inline void aes128_cbc_encrypt(Table const& table, AesKey const& key, AesBlock iv,
                                           std::uint8_t* data, std::uint32_t size) {
  using detail::operator^;
  for (; size >= 16; size -= 16, data += 16) {
    iv = aes128_encrypt(table, key, iv ^ load_block(data));
    store_block(data, iv);
  }
}

/// A lane's run of blocks in `aes128_cbc_decrypt`, one of `lanes` equal ones. Every block needs the
/// ciphertext before it, so the run's last block is left for when all lanes have ended: its text
/// comes back, to be written to `data` + `at`. Nothing to write where `at` is `kNoBlock`.
struct CbcLastBlock {
  static constexpr std::uint32_t kNoBlock = ~0u;
  AesBlock text;
  std::uint32_t at;
};
template <class InverseTable>
WARPLINE_HD inline CbcLastBlock aes128_cbc_decrypt_lane(InverseTable const& table,
                                                        AesInverseKey const& key, AesBlock iv,
                                                        std::uint8_t* data, std::uint32_t size,
                                                        std::uint32_t lane, std::uint32_t lanes) {
  using detail::operator^;
  std::uint32_t const blocks = size / 16, run = (blocks + lanes - 1) / lanes;
  std::uint32_t const first = lane * run, end = first + run < blocks ? first + run : blocks;
  CbcLastBlock last{{}, CbcLastBlock::kNoBlock};
  if (first >= end) return last;
  AesBlock before = first == 0 ? iv : load_block(data + 16 * (first - 1));
  for (std::uint32_t i = first; i < end; ++i) {
    auto const cipher = load_block(data + 16 * i);
    last.text = aes128_decrypt(table, key, cipher) ^ before;
    if (i + 1 < end) store_block(data + 16 * i, last.text);
    before = cipher;
  }
  last.at = 16 * (end - 1);
  return last;
}

/// Decrypts in place.
template <class InverseTable>
WARPLINE_HD inline void aes128_cbc_decrypt(InverseTable const& table, AesInverseKey const& key,
                                           AesBlock iv, std::uint8_t* data, std::uint32_t size) {
  auto const last = aes128_cbc_decrypt_lane(table, key, iv, data, size, 0, 1);
  if (last.at != CbcLastBlock::kNoBlock) store_block(data + last.at, last.text);
}

}  // namespace warpline::ipsec
