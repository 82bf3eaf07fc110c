// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"
#include "elements/ipsec/crypto/aes_cbc.hpp"
#include "elements/ipsec/crypto/aes_ctr.hpp"
#include "elements/ipsec/crypto/aes_gcm.hpp"
#include "elements/ipsec/crypto/chacha20.hpp"
#include "elements/ipsec/crypto/poly1305.hpp"
#include "elements/ipsec/esp/esp_sizes.hpp"
#include "elements/ipsec/esp/udp_checksum.hpp"

/// The cryptography of an outbound ESP packet (RFC 4303 section 3.3.2) as kernel bodies. Each body
/// processes the bytes from the ESP header to the end of the space for the ICV, after encapsulation
/// (`EspSizes`). Any address. A packet that is too short, or whose plaintext is not a multiple of
/// the cipher's block, is not changed.
///
/// With `SaKeys::udp_checksum` the 8 bytes before the ESP header are its UDP header, and its
/// checksum is completed last.
///
/// The IV field contains the sequence number. With CBC, encryption begins at the IV field: the IV
/// on the wire is the encrypted sequence number, which never repeats and cannot be predicted (NIST
/// SP 800-38A appendix C, RFC 3602 section 3).
namespace warpline::ipsec {

/// Encrypts by AES-CTR (RFC 3686): the blocks `thread`, `thread + threads`, ...
template <class Table>
WARPLINE_HD inline void esp_encrypt_ctr_share(Table const& tables, SaKeys const& keys,
                                              std::uint8_t* packet, std::uint32_t size,
                                              std::uint32_t thread, std::uint32_t threads) {
  EspSizes const sizes(keys, size);
  if (!sizes.good()) return;
  aes_ctr_share(tables, keys.key.aes, keys.salt, packet + esp::kSize, 1, packet + sizes.ciphertext,
                sizes.ciphertext_size, thread, threads);
}

/// Writes the ICV of an HMAC (RFC 2404, RFC 4868) over ESP header, IV, ciphertext and, with
/// extended sequence numbers, the high half; then the UDP checksum.
WARPLINE_HD inline void esp_authenticate(SaKeys const& keys, std::uint8_t* packet,
                                         std::uint32_t size) {
  EspSizes const sizes(keys, size);
  if (!sizes.good()) return;
  Icv const icv = esp_hmac(keys, packet, sizes.icv + (keys.esn ? kEsnSize : 0));
  store_icv(packet + sizes.icv, icv.words, keys.icv_size);
  if (keys.udp_checksum) complete_udp_checksum(packet, size);
}

/// A thread's share of `esp_protect`; its partial result is in `partial`. At most `kGhashPowers`
/// threads. The space for the ICV may contain an intermediate value until `esp_protect_reduce`.
template <class Table>
WARPLINE_HD inline void esp_protect_share(Table const& tables, SaKeys const& keys,
                                          std::uint8_t* packet, std::uint32_t size,
                                          EspPartial& partial, std::uint32_t thread,
                                          std::uint32_t threads) {
  EspSizes const sizes(keys, size);
  if (!sizes.good()) return;
  auto* const iv = packet + esp::kSize;
  auto* const text = packet + sizes.ciphertext;
  bool const last = thread == threads - 1;
  switch (keys.cipher) {
    case Cipher::kAesGcm: {
      GhashElement aad{};
      if (last) {
        aad = ghash_element(EspAad(keys.esn, packet, packet + sizes.icv).bytes);
        store_icv(packet + sizes.icv, gcm_mask(tables, keys.key.aes, keys.salt, iv).words,
                  keys.icv_size);
      }
      partial.gcm.hash =
          aes_gcm_encrypt_share(tables, keys.key.aes, keys.authentication.ghash, keys.salt, iv, aad,
                                text, sizes.ciphertext_size, thread, threads);
      if (keys.udp_checksum)
        partial.gcm.sum = sum_share(text, sizes.ciphertext_size, thread, threads);
      return;
    }
    case Cipher::kAesCtr:
      return aes_ctr_share(tables, keys.key.aes, keys.salt, iv, 1, text, sizes.ciphertext_size,
                           thread, threads);
    case Cipher::kChaCha20Poly1305: {
      ChaChaNonce const nonce(keys.salt, iv);
      // With more threads than blocks, the last has no block to encrypt: it computes the key.
      if (last) partial.poly = make_poly_key(keys.key.chacha, nonce);
      return chacha20_share(keys.key.chacha, nonce, 1, text, sizes.ciphertext_size, thread,
                            threads);
    }
    case Cipher::kAesCbc:
    case Cipher::kNull:
      return;
  }
}

/// Completes a packet after all threads: chained modes, which threads cannot share, and the
/// integrity value.
template <class Table>
WARPLINE_HD inline void esp_protect_reduce(Table const& tables, SaKeys const& keys,
                                           std::uint8_t* packet, std::uint32_t size,
                                           EspPartial const* partials, std::uint32_t threads) {
  EspSizes const sizes(keys, size);
  if (!sizes.good()) return;
  auto* const text = packet + sizes.ciphertext;
  auto* const icv_bytes = packet + sizes.icv;
  if (keys.cipher == Cipher::kAesGcm) {
    auto const hash = gcm_hash_of(keys, sizes, partials, threads);
    Block mask;
    load_icv(mask.words, icv_bytes, keys.icv_size);
    store_icv(icv_bytes, gcm_tag(hash, mask).words, keys.icv_size);
    if (!keys.udp_checksum) return;
    auto sum = sum_share(packet, sizes.ciphertext) + sum_share(icv_bytes, keys.icv_size);
    for (unsigned thread = 0; thread < threads; ++thread) sum += partials[thread].gcm.sum;
    return store_udp_checksum(packet, sum);
  }
  if (keys.cipher == Cipher::kChaCha20Poly1305) {
    EspAad const aad(keys.esn, packet, icv_bytes);
    store_block(icv_bytes, chacha20_poly1305_tag(partials[threads - 1].poly, aad.bytes, aad.size,
                                                 text, sizes.ciphertext_size));
    if (keys.udp_checksum) complete_udp_checksum(packet, size);
    return;
  }
  if (keys.cipher == Cipher::kAesCbc)
    aes_cbc_encrypt(tables, keys.key.aes, {}, packet + esp::kSize,
                    keys.iv_size + sizes.ciphertext_size);
  esp_authenticate(keys, packet, size);
}

/// Encrypts and authenticates with the suite of the SA.
template <class Table>
WARPLINE_HD inline void esp_protect(Table const& tables, SaKeys const& keys, std::uint8_t* packet,
                                    std::uint32_t size) {
  EspPartial partial{.poly = {}};
  esp_protect_share(tables, keys, packet, size, partial, 0, 1);
  esp_protect_reduce(tables, keys, packet, size, &partial, 1);
}

}  // namespace warpline::ipsec
