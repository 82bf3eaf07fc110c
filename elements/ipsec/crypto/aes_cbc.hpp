// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"
#include "elements/ipsec/crypto/aes.hpp"
#include "elements/ipsec/crypto/aes_inverse.hpp"

/// AES in cipher block chaining mode (NIST SP 800-38A section 6.2) as kernel bodies. Sizes are
/// multiples of 16 bytes; the remainder of another size is not changed. Any addresses.
namespace warpline::ipsec {

/// Encrypts in place: one chain, so one thread.
template <class Table>
WARPLINE_HD inline void aes_cbc_encrypt(Table const& table, AesKey const& key, AesBlock iv,
                                        std::uint8_t* data, std::uint32_t size) {
  using detail::operator^;
  for (; size >= 16; size -= 16, data += 16) {
    iv = aes_encrypt(table, key, iv ^ load_block(data));
    store_block(data, iv);
  }
}

/// The blocks that one of `lanes` lanes decrypts: one run each, so that only its first block needs
/// ciphertext of another lane's.
struct CbcRun {
  std::uint32_t first, end;

  WARPLINE_HD constexpr CbcRun(std::uint32_t size, std::uint32_t lane, std::uint32_t lanes)
      : first(0), end(0) {
    std::uint32_t const blocks = size / 16, run = (blocks + lanes - 1) / lanes;
    first = lane * run < blocks ? lane * run : blocks;
    end = first + run < blocks ? first + run : blocks;
  }
};

/// The block before a lane's run, which its first block needs: to be read before any lane decrypts.
WARPLINE_HD inline AesBlock aes_cbc_before(AesBlock const& iv, std::uint8_t const* data,
                                           std::uint32_t size, std::uint32_t lane,
                                           std::uint32_t lanes) {
  CbcRun const run(size, lane, lanes);
  return run.first == 0 || run.first == run.end ? iv : load_block(data + 16 * (run.first - 1));
}

/// A thread's share of decryption in place, after `before` has been read for all threads.
template <class InverseTable>
WARPLINE_HD inline void aes_cbc_decrypt_lane(InverseTable const& table, AesInverseKey const& key,
                                             AesBlock before, std::uint8_t* data,
                                             std::uint32_t size, std::uint32_t lane,
                                             std::uint32_t lanes) {
  using detail::operator^;
  CbcRun const run(size, lane, lanes);
  for (std::uint32_t i = run.first; i < run.end; ++i) {
    auto const cipher = load_block(data + 16 * i);
    store_block(data + 16 * i, aes_decrypt(table, key, cipher) ^ before);
    before = cipher;
  }
}

/// Decrypts in place.
template <class InverseTable>
WARPLINE_HD inline void aes_cbc_decrypt(InverseTable const& table, AesInverseKey const& key,
                                        AesBlock iv, std::uint8_t* data, std::uint32_t size) {
  aes_cbc_decrypt_lane(table, key, iv, data, size, 0, 1);
}

}  // namespace warpline::ipsec
