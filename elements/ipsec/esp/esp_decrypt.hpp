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

/// The cryptography of an inbound ESP packet (RFC 4303 section 3.4.4) as kernel bodies: the
/// integrity check comes first, and nothing is decrypted if it fails. Each body processes the bytes
/// from the ESP header to the end of the ICV; with extended sequence numbers 4 more contain the
/// high half, big-endian. Any address. Keys: an inbound SA's.
namespace warpline::ipsec {

/// The result for an inbound packet. Unless it is `kGood`, the content of the packet is undefined.
struct EspResult {
  static constexpr std::uint32_t kGood = 0;
  static constexpr std::uint32_t kIntegrity = 1;  ///< the integrity value differs
  static constexpr std::uint32_t kSize =
      2;  ///< too short, or the ciphertext is not a multiple of the block size
};

namespace detail {
/// Compares words with the `size` bytes of the ICV at `icv`, in constant time, so that it does not
/// reveal where they differ.
template <unsigned kCount>
WARPLINE_HD inline std::uint32_t compare_icv(std::uint32_t const (&words)[kCount],
                                             std::uint8_t const* icv, std::uint32_t size) {
  std::uint32_t difference = 0;
  for (unsigned i = 0; i < kCount; ++i)
    if (4 * i < size) difference |= words[i] ^ load_be32(icv + 4 * i);
  return difference == 0 ? EspResult::kGood : EspResult::kIntegrity;
}
}  // namespace detail

/// A thread's share of the check; its partial result is in `partial`. At most `kGhashPowers`
/// threads.
template <class Table>
WARPLINE_HD inline void esp_verify_share(Table const& tables, SaKeys const& keys,
                                         std::uint8_t* packet, std::uint32_t size,
                                         EspPartial& partial, std::uint32_t thread,
                                         std::uint32_t threads) {
  EspSizes const sizes(keys, size);
  if (!sizes.good()) return;
  auto* const iv = packet + esp::kSize;
  auto* const icv_bytes = packet + sizes.icv;
  bool const last = thread == threads - 1;
  if (keys.cipher == Cipher::kAesGcm) {
    GhashElement aad{};
    if (last) {
      // The mask is XORed into the ICV, which must then be equal to the hash.
      aad = ghash_element(EspAad(keys.esn, packet, icv_bytes + keys.icv_size).bytes);
      Block masked;
      load_icv(masked.words, icv_bytes, keys.icv_size);
      Block const mask = gcm_mask(tables, keys.key.aes, keys.salt, iv);
      for (unsigned i = 0; i < 4; ++i) masked.words[i] ^= mask.words[i];
      store_icv(icv_bytes, masked.words, keys.icv_size);
    }
    partial.gcm.hash = gcm_hash_share(keys.authentication.ghash, aad, packet + sizes.ciphertext,
                                      sizes.ciphertext_size, thread, threads);
  } else if (keys.cipher == Cipher::kChaCha20Poly1305) {
    if (last) partial.poly = make_poly_key(keys.key.chacha, ChaChaNonce(keys.salt, iv));
  } else if (keys.cipher == Cipher::kAesCbc) {
    partial.before = aes_cbc_before(load_block(iv), packet + sizes.ciphertext,
                                    sizes.ciphertext_size, thread, threads);
  }
}

/// Returns the result of the check after all threads, an `EspResult`.
WARPLINE_HD inline std::uint32_t esp_verify_reduce(SaKeys const& keys, std::uint8_t* packet,
                                                   std::uint32_t size, EspPartial const* partials,
                                                   std::uint32_t threads) {
  EspSizes const sizes(keys, size);
  if (!sizes.good()) return EspResult::kSize;
  auto* const icv_bytes = packet + sizes.icv;
  auto const* const high = icv_bytes + keys.icv_size;
  if (keys.cipher == Cipher::kAesGcm) {
    auto const hash = gcm_hash_of(keys, sizes, partials, threads);
    return detail::compare_icv(gcm_tag(hash, {}).words, icv_bytes, keys.icv_size);
  }
  if (keys.cipher == Cipher::kChaCha20Poly1305) {
    EspAad const aad(keys.esn, packet, high);
    auto const tag = chacha20_poly1305_tag(partials[threads - 1].poly, aad.bytes, aad.size,
                                           packet + sizes.ciphertext, sizes.ciphertext_size);
    return detail::compare_icv(tag.words, icv_bytes, keys.icv_size);
  }
  std::uint32_t const first = load_be32(icv_bytes);
  if (keys.esn)
    store_be32(icv_bytes, load_be32(high));  // RFC 4303 section 2.2.1: after the ciphertext
  Icv const icv = esp_hmac(keys, packet, sizes.icv + (keys.esn ? kEsnSize : 0));
  store_be32(icv_bytes, first);
  return detail::compare_icv(icv.words, icv_bytes, keys.icv_size);
}

/// A thread's share of the decryption of a valid packet. `partial`: its own partial result.
template <class Table, class InverseTable>
WARPLINE_HD inline void esp_decrypt_share(Table const& tables, InverseTable const& inverse,
                                          SaKeys const& keys, std::uint8_t* packet,
                                          std::uint32_t size, EspPartial const& partial,
                                          std::uint32_t thread, std::uint32_t threads) {
  EspSizes const sizes(keys, size);
  auto const* const iv = packet + esp::kSize;
  auto* const text = packet + sizes.ciphertext;
  switch (keys.cipher) {
    case Cipher::kAesGcm:
    case Cipher::kAesCtr:
      return aes_ctr_share(tables, keys.key.aes, keys.salt, iv,
                           keys.cipher == Cipher::kAesGcm ? 2 : 1, text, sizes.ciphertext_size,
                           thread, threads);
    case Cipher::kChaCha20Poly1305:
      return chacha20_share(keys.key.chacha, ChaChaNonce(keys.salt, iv), 1, text,
                            sizes.ciphertext_size, thread, threads);
    case Cipher::kAesCbc:
      return aes_cbc_decrypt_share(inverse, keys.key.inverse, partial.before, text,
                                   sizes.ciphertext_size, thread, threads);
    case Cipher::kNull:
      return;
  }
}

/// Verifies and decrypts with the suite of the SA. Returns an `EspResult`.
template <class Table, class InverseTable>
WARPLINE_HD inline std::uint32_t esp_decrypt(Table const& tables, InverseTable const& inverse,
                                             SaKeys const& keys, std::uint8_t* packet,
                                             std::uint32_t size) {
  EspPartial partial{.poly = {}};
  esp_verify_share(tables, keys, packet, size, partial, 0, 1);
  auto const result = esp_verify_reduce(keys, packet, size, &partial, 1);
  if (result == EspResult::kGood)
    esp_decrypt_share(tables, inverse, keys, packet, size, partial, 0, 1);
  return result;
}

}  // namespace warpline::ipsec
