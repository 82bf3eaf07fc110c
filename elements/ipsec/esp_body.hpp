// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/hd.hpp"
#include "core/wire.hpp"
#include "elements/ipsec/aes_ctr.hpp"
#include "elements/ipsec/aes_gcm.hpp"
#include "elements/ipsec/hmac.hpp"
#include "elements/ipsec/sa_keys.hpp"

/// The cryptography of an ESP packet (RFC 4303 section 3.3.2) as kernel bodies. Each takes the
/// bytes from the ESP header to the end of the room for the integrity value, encapsulated already:
/// header, 8 bytes of IV, plaintext with its trailer, `icv_size(suite)` bytes. Any address; a
/// packet too short to be one is left alone.
namespace warpline::ipsec {

/// Where the ciphertext begins.
inline constexpr std::uint32_t kEspTextOffset = esp::kSize + kIvSize;

WARPLINE_HD constexpr bool is_esp_size(Suite suite, std::uint32_t size) {
  return size >= kEspTextOffset + sizeof(esp::Trailer) + icv_size(suite);
}

/// The blocks `lane`, `lane + lanes`, ... of what `esp_encrypt_ctr` does.
template <class Table>
WARPLINE_HD inline void esp_encrypt_ctr_lane(Table const& tables, SaKeys const& keys,
                                             std::uint8_t* packet, std::uint32_t size,
                                             std::uint32_t lane, std::uint32_t lanes) {
  if (!is_esp_size(Suite::kAes128CtrHmacSha1, size)) return;
  aes128_ctr_lane(tables, keys.cipher, keys.salt, packet + esp::kSize, 1, packet + kEspTextOffset,
                  size - kEspTextOffset - icv_size(Suite::kAes128CtrHmacSha1), lane, lanes);
}

/// Encrypts in place by AES-128-CTR (RFC 3686): the first half of `esp_protect` for that suite.
WARPLINE_HD inline void esp_encrypt_ctr(AesTables const& tables, SaKeys const& keys,
                                        std::uint8_t* packet, std::uint32_t size) {
  esp_encrypt_ctr_lane(tables, keys, packet, size, 0, 1);
}

/// Writes the ICV of HMAC-SHA1-96 (RFC 2404) over ESP header, IV and ciphertext.
WARPLINE_HD inline void esp_authenticate_sha1(SaKeys const& keys, std::uint8_t* packet,
                                              std::uint32_t size) {
  if (!is_esp_size(Suite::kAes128CtrHmacSha1, size)) return;
  std::uint32_t const covered = size - icv_size(Suite::kAes128CtrHmacSha1);
  Sha1State const code = hmac<Sha1>(keys.authentication, packet, covered);
  for (unsigned i = 0; i < 3; ++i) store_be32(packet + covered + 4 * i, code.words[i]);
}

/// Encrypts and authenticates by AES-128-GCM (RFC 4106); the ESP header is the associated data.
WARPLINE_HD inline void esp_protect_gcm(AesTables const& tables, SaKeys const& keys,
                                        std::uint8_t* packet, std::uint32_t size) {
  if (!is_esp_size(Suite::kAes128Gcm, size)) return;
  std::uint32_t const text = size - kEspTextOffset - icv_size(Suite::kAes128Gcm);
  AesBlock const tag =
      aes128_gcm_encrypt(tables, keys.cipher, keys.ghash[0], keys.salt, packet + esp::kSize, packet,
                         esp::kSize, packet + kEspTextOffset, text);
  store_block(packet + kEspTextOffset + text, tag);
}

/// The blocks `lane`, `lane + lanes`, ... of what `esp_protect_gcm` does, and their part of the hash;
/// at most `kGhashPowers` lanes. Between this and `esp_finish_gcm` the place of the tag is in use.
template <class Table>
WARPLINE_HD inline GhashElement esp_protect_gcm_lane(Table const& tables, SaKeys const& keys,
                                                     std::uint8_t* packet, std::uint32_t size,
                                                     std::uint32_t lane, std::uint32_t lanes) {
  if (!is_esp_size(Suite::kAes128Gcm, size)) return {};
  std::uint32_t const text = size - kEspTextOffset - icv_size(Suite::kAes128Gcm);
  return aes128_gcm_lane(tables, keys.cipher, keys.ghash, keys.salt, packet + esp::kSize, packet,
                         esp::kSize, packet + kEspTextOffset, text, packet + kEspTextOffset + text,
                         lane, lanes);
}

/// The tag after all lanes of `esp_protect_gcm_lane`, from the sum of their parts.
WARPLINE_HD inline void esp_finish_gcm(SaKeys const& keys, std::uint8_t* packet, std::uint32_t size,
                                       GhashElement hash) {
  if (!is_esp_size(Suite::kAes128Gcm, size)) return;
  std::uint32_t const text = size - kEspTextOffset - icv_size(Suite::kAes128Gcm);
  std::uint8_t* const tag = packet + kEspTextOffset + text;
  hash = ghash_block(hash, keys.ghash[0], ghash_lengths(esp::kSize, text));
  store_block(tag, gcm_tag(hash, load_block(tag)));
}

/// Encrypts and authenticates by the SA's own suite.
WARPLINE_HD inline void esp_protect(AesTables const& tables, SaKeys const& keys,
                                    std::uint8_t* packet, std::uint32_t size) {
  if (keys.suite == Suite::kAes128Gcm) return esp_protect_gcm(tables, keys, packet, size);
  esp_encrypt_ctr(tables, keys, packet, size);
  esp_authenticate_sha1(keys, packet, size);
}

}  // namespace warpline::ipsec
