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

/// The blocks that one of `threads` threads decrypts: one run each, so that only the first block of
/// a run needs ciphertext of another thread's run.
struct CbcRun {
  std::uint32_t first, end;

  WARPLINE_HD constexpr CbcRun(std::uint32_t size, std::uint32_t thread, std::uint32_t threads)
      : first(0), end(0) {
    std::uint32_t const blocks = size / 16, run = (blocks + threads - 1) / threads;
    first = thread * run < blocks ? thread * run : blocks;
    end = first + run < blocks ? first + run : blocks;
  }
};

/// The block before a thread's run, which its first block needs. Read it before any thread
/// decrypts.
WARPLINE_HD inline AesBlock aes_cbc_before(AesBlock const& iv, std::uint8_t const* data,
                                           std::uint32_t size, std::uint32_t thread,
                                           std::uint32_t threads) {
  CbcRun const run(size, thread, threads);
  return run.first == 0 || run.first == run.end ? iv : load_block(data + 16 * (run.first - 1));
}

/// A thread's share of decryption in place, after `before` has been read for all threads.
template <class InverseTable>
WARPLINE_HD inline void aes_cbc_decrypt_share(InverseTable const& table, AesInverseKey const& key,
                                              AesBlock before, std::uint8_t* data,
                                              std::uint32_t size, std::uint32_t thread,
                                              std::uint32_t threads) {
  using detail::operator^;
  CbcRun const run(size, thread, threads);
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
  aes_cbc_decrypt_share(table, key, iv, data, size, 0, 1);
}

}  // namespace warpline::ipsec
