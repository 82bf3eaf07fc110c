// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/hd.hpp"
#include "core/wire.hpp"
#include "elements/ipsec/aes_ctr.hpp"
#include "elements/ipsec/aes_gcm.hpp"
#include "elements/ipsec/hmac_sha1.hpp"
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

/// Encrypts in place by AES-128-CTR (RFC 3686): the first half of `esp_protect_ctr_sha1`.
WARPLINE_HD inline void esp_encrypt_ctr(AesTables const& tables, SaKeys const& keys,
                                        std::uint8_t* packet, std::uint32_t size) {
  if (!is_esp_size(Suite::kAes128CtrHmacSha1, size)) return;
  aes128_ctr(tables, keys.cipher, keys.salt, packet + esp::kSize, 1, packet + kEspTextOffset,
             size - kEspTextOffset - icv_size(Suite::kAes128CtrHmacSha1));
}

/// Writes the ICV of HMAC-SHA1-96 (RFC 2404) over ESP header, IV and ciphertext.
WARPLINE_HD inline void esp_authenticate_sha1(SaKeys const& keys, std::uint8_t* packet,
                                              std::uint32_t size) {
  if (!is_esp_size(Suite::kAes128CtrHmacSha1, size)) return;
  std::uint32_t const covered = size - icv_size(Suite::kAes128CtrHmacSha1);
  Sha1State const code = hmac_sha1(keys.authentication, packet, covered);
  for (unsigned i = 0; i < 3; ++i) store_be32(packet + covered + 4 * i, code.words[i]);
}

/// Encrypts and authenticates by AES-128-GCM (RFC 4106); the ESP header is the associated data.
WARPLINE_HD inline void esp_protect_gcm(AesTables const& tables, SaKeys const& keys,
                                        std::uint8_t* packet, std::uint32_t size) {
  if (!is_esp_size(Suite::kAes128Gcm, size)) return;
  std::uint32_t const text = size - kEspTextOffset - icv_size(Suite::kAes128Gcm);
  AesBlock const tag =
      aes128_gcm_encrypt(tables, keys.cipher, keys.ghash, keys.salt, packet + esp::kSize, packet,
                         esp::kSize, packet + kEspTextOffset, text);
  for (unsigned i = 0; i < 4; ++i) store_be32(packet + kEspTextOffset + text + 4 * i, tag.words[i]);
}

/// Encrypts and authenticates by the SA's own suite.
WARPLINE_HD inline void esp_protect(AesTables const& tables, SaKeys const& keys,
                                    std::uint8_t* packet, std::uint32_t size) {
  if (keys.suite == Suite::kAes128Gcm) return esp_protect_gcm(tables, keys, packet, size);
  esp_encrypt_ctr(tables, keys, packet, size);
  esp_authenticate_sha1(keys, packet, size);
}

}  // namespace warpline::ipsec
