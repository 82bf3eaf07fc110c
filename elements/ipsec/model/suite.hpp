// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/hd.hpp"

namespace warpline::ipsec {

/// The algorithms of an SA: an AEAD, or each cipher with each integrity algorithm. A new one needs
/// a row in suite.cpp. A new cipher or integrity algorithm also needs bodies in esp_protect.hpp and
/// esp_decrypt.hpp and a library form in cpu_esp.cpp.
enum class Suite : std::uint8_t {
  kAes128Gcm,
  kAes128Gcm12,
  kAes128Gcm8,
  kAes192Gcm,
  kAes192Gcm12,
  kAes192Gcm8,
  kAes256Gcm,
  kAes256Gcm12,
  kAes256Gcm8,
  kChaCha20Poly1305,
  kAes128CtrHmacSha1,
  kAes128CtrHmacSha256,
  kAes128CtrHmacSha256Bits96,
  kAes128CtrHmacSha384,
  kAes128CtrHmacSha512,
  kAes192CtrHmacSha1,
  kAes192CtrHmacSha256,
  kAes192CtrHmacSha256Bits96,
  kAes192CtrHmacSha384,
  kAes192CtrHmacSha512,
  kAes256CtrHmacSha1,
  kAes256CtrHmacSha256,
  kAes256CtrHmacSha256Bits96,
  kAes256CtrHmacSha384,
  kAes256CtrHmacSha512,
  kAes128CbcHmacSha1,
  kAes128CbcHmacSha256,
  kAes128CbcHmacSha256Bits96,
  kAes128CbcHmacSha384,
  kAes128CbcHmacSha512,
  kAes192CbcHmacSha1,
  kAes192CbcHmacSha256,
  kAes192CbcHmacSha256Bits96,
  kAes192CbcHmacSha384,
  kAes192CbcHmacSha512,
  kAes256CbcHmacSha1,
  kAes256CbcHmacSha256,
  kAes256CbcHmacSha256Bits96,
  kAes256CbcHmacSha384,
  kAes256CbcHmacSha512,
  kNullHmacSha1,
  kNullHmacSha256,
  kNullHmacSha256Bits96,
  kNullHmacSha384,
  kNullHmacSha512,
};
inline constexpr unsigned kSuiteCount = 45;

/// Encryption; GCM and ChaCha20-Poly1305 authenticate too.
enum class Cipher : std::uint8_t { kNull, kAesCbc, kAesCtr, kAesGcm, kChaCha20Poly1305 };

/// Integrity: the cipher itself, or a code over the ciphertext.
enum class Integrity : std::uint8_t { kByCipher, kHmacSha1, kHmacSha256, kHmacSha384, kHmacSha512 };

/// The direction of an SA's packets.
enum class Direction : std::uint8_t { kOutbound, kInbound };

/// Bytes of the IV field (RFC 3602 section 3, RFC 3686 section 2.1, RFC 4106 section 3.1, RFC 7634
/// section 2.1).
WARPLINE_HD constexpr std::uint8_t iv_size(Cipher cipher) {
  return cipher == Cipher::kNull ? 0 : cipher == Cipher::kAesCbc ? 16 : 8;
}
/// Bytes that ciphertext is a multiple of (RFC 4303 section 2.4).
WARPLINE_HD constexpr std::uint8_t block_size(Cipher cipher) {
  return cipher == Cipher::kAesCbc ? 16 : 4;
}
/// The longest integrity value, that of HMAC-SHA-512-256, in bytes.
inline constexpr std::uint32_t kMaxIcvSize = 32;

/// A suite as users and other programs name it. Sizes in bytes.
struct SuiteInfo {
  Suite suite;
  std::string_view name;
  std::array<std::string_view, 4> aliases;  ///< as in swanctl.conf; empty ones unused
  Cipher cipher_kind;
  Integrity integrity;
  std::string_view cipher;          ///< as `ip xfrm state` spells it
  std::string_view authentication;  ///< the same; empty for an AEAD
  std::uint8_t key_size;
  std::uint8_t salt_size;  ///< follows the key in an SA file
  std::uint8_t authentication_key_size;
  std::uint8_t iv_size;
  std::uint8_t icv_size;  ///< RFC 2404 section 2, RFC 4868 section 2, RFC 4106 section 6
  std::uint8_t block;
  std::string_view standards;

  bool aead() const { return integrity == Integrity::kByCipher; }
};

/// Every suite, in the order of the enumeration.
std::span<SuiteInfo const, kSuiteCount> suites();

inline SuiteInfo const& info(Suite suite) { return suites()[static_cast<std::size_t>(suite)]; }

/// The suite of this name or alias, in any case; no value if unknown.
std::optional<Suite> find_suite(std::string_view name);

/// The error message for an unknown `name`: the known ones and the nearest.
std::string unknown_suite(std::string_view name);

}  // namespace warpline::ipsec
