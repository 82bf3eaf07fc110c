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

/// Encrypts by AES-CTR (RFC 3686): the blocks `lane`, `lane + lanes`, ...
template <class Table>
WARPLINE_HD inline void esp_encrypt_ctr_lane(Table const& tables, SaKeys const& keys,
                                             std::uint8_t* packet, std::uint32_t size,
                                             std::uint32_t lane, std::uint32_t lanes) {
  EspSizes const at(keys, size);
  if (!at.good()) return;
  aes_ctr_lane(tables, keys.key.aes, keys.salt, packet + esp::kSize, 1, packet + at.ciphertext,
               at.ciphertext_size, lane, lanes);
}

/// Writes the ICV of an HMAC (RFC 2404, RFC 4868) over ESP header, IV, ciphertext and, with
/// extended sequence numbers, the high half; then the UDP checksum.
WARPLINE_HD inline void esp_authenticate(SaKeys const& keys, std::uint8_t* packet,
                                         std::uint32_t size) {
  EspSizes const at(keys, size);
  if (!at.good()) return;
  Icv const icv = esp_hmac(keys, packet, at.icv + (keys.esn ? kEsnSize : 0));
  store_icv(packet + at.icv, icv.words, keys.icv_size);
  if (keys.udp_checksum) complete_udp_checksum(packet, size);
}

/// A lane's share of `esp_protect`; its intermediate result is in `part`. At most `kGhashPowers`
/// lanes. Between this and `esp_protect_join` the space for the ICV may be in use.
template <class Table>
WARPLINE_HD inline void esp_protect_lane(Table const& tables, SaKeys const& keys,
                                         std::uint8_t* packet, std::uint32_t size, EspPart& part,
                                         std::uint32_t lane, std::uint32_t lanes) {
  EspSizes const at(keys, size);
  if (!at.good()) return;
  auto* const iv = packet + esp::kSize;
  auto* const text = packet + at.ciphertext;
  bool const last = lane == lanes - 1;
  switch (keys.cipher) {
    case Cipher::kAesGcm: {
      GhashElement aad{};
      if (last) {
        aad = ghash_element(EspAad(keys.esn, packet, packet + at.icv).bytes);
        store_icv(packet + at.icv, gcm_mask(tables, keys.key.aes, keys.salt, iv).words,
                  keys.icv_size);
      }
      part.gcm.hash =
          aes_gcm_encrypt_lane(tables, keys.key.aes, keys.authentication.ghash, keys.salt, iv, aad,
                               text, at.ciphertext_size, lane, lanes);
      if (keys.udp_checksum) part.gcm.sum = sum_lane(text, at.ciphertext_size, lane, lanes);
      return;
    }
    case Cipher::kAesCtr:
      return aes_ctr_lane(tables, keys.key.aes, keys.salt, iv, 1, text, at.ciphertext_size, lane,
                          lanes);
    case Cipher::kChaCha20Poly1305: {
      ChaChaNonce const nonce(keys.salt, iv);
      // Lanes have a block fewer to do the more they are, so the last has time for the key.
      if (last) part.poly = make_poly_key(keys.key.chacha, nonce);
      return chacha20_lane(keys.key.chacha, nonce, 1, text, at.ciphertext_size, lane, lanes);
    }
    case Cipher::kAesCbc:
    case Cipher::kNull:
      return;
  }
}

/// The end of a packet after all lanes: chains, which no two threads can share, and the integrity
/// value.
template <class Table>
WARPLINE_HD inline void esp_protect_join(Table const& tables, SaKeys const& keys,
                                         std::uint8_t* packet, std::uint32_t size,
                                         EspPart const* parts, std::uint32_t lanes) {
  EspSizes const at(keys, size);
  if (!at.good()) return;
  auto* const text = packet + at.ciphertext;
  auto* const icv_bytes = packet + at.icv;
  if (keys.cipher == Cipher::kAesGcm) {
    auto const hash = gcm_hash_of(keys, at, parts, lanes);
    Block mask;
    load_icv(mask.words, icv_bytes, keys.icv_size);
    store_icv(icv_bytes, gcm_tag(hash, mask).words, keys.icv_size);
    if (!keys.udp_checksum) return;
    auto sum = sum_lane(packet, at.ciphertext) + sum_lane(icv_bytes, keys.icv_size);
    for (unsigned lane = 0; lane < lanes; ++lane) sum += parts[lane].gcm.sum;
    return store_udp_checksum(packet, sum);
  }
  if (keys.cipher == Cipher::kChaCha20Poly1305) {
    EspAad const aad(keys.esn, packet, icv_bytes);
    store_block(icv_bytes, chacha20_poly1305_tag(parts[lanes - 1].poly, aad.bytes, aad.size, text,
                                                 at.ciphertext_size));
    if (keys.udp_checksum) complete_udp_checksum(packet, size);
    return;
  }
  if (keys.cipher == Cipher::kAesCbc)
    aes_cbc_encrypt(tables, keys.key.aes, {}, packet + esp::kSize,
                    keys.iv_size + at.ciphertext_size);
  esp_authenticate(keys, packet, size);
}

/// Encrypts and authenticates by the SA's own suite.
template <class Table>
WARPLINE_HD inline void esp_protect(Table const& tables, SaKeys const& keys, std::uint8_t* packet,
                                    std::uint32_t size) {
  EspPart part{.poly = {}};
  esp_protect_lane(tables, keys, packet, size, part, 0, 1);
  esp_protect_join(tables, keys, packet, size, &part, 1);
}

}  // namespace warpline::ipsec
