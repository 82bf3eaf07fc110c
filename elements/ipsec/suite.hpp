// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/hd.hpp"

namespace warpline::ipsec {

/// What protects an SA's packets. A new one needs a line in `suites()` and, where its cipher or
/// integrity algorithm is new, bodies in esp_protect.hpp and esp_open.hpp and a library form in
/// cpu_esp.cpp.
enum class Suite : std::uint8_t {
  kAes128Gcm,
  kAes192Gcm,
  kAes256Gcm,
  kAes128CtrHmacSha1,
  kAes128CtrHmacSha256,
  kAes256CtrHmacSha1,
  kAes256CtrHmacSha256,
  kAes128CbcHmacSha1,
  kAes128CbcHmacSha256,
  kAes256CbcHmacSha1,
  kAes256CbcHmacSha256,
  kChaCha20Poly1305,
  kNullHmacSha256,
};
inline constexpr unsigned kSuiteCount = 13;

/// What encrypts; GCM and ChaCha20-Poly1305 authenticate too.
enum class Cipher : std::uint8_t { kNull, kAesCbc, kAesCtr, kAesGcm, kChaCha20Poly1305 };

/// What authenticates: the cipher itself, or a code over the ciphertext.
enum class Integrity : std::uint8_t { kByCipher, kHmacSha1, kHmacSha256 };

/// Which way an SA's packets go.
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
/// Bytes of the integrity value (RFC 2404 section 2, RFC 4868 section 2, RFC 4106 section 6, RFC
/// 7634 section 2.3).
WARPLINE_HD constexpr std::uint8_t icv_size(Integrity integrity) {
  return integrity == Integrity::kHmacSha1 ? 12 : 16;
}

/// A suite as users and other programs name it. Sizes in bytes.
struct SuiteInfo {
  Suite suite;
  std::string_view name;
  std::array<std::string_view, 4> aliases;  ///< as swanctl.conf spells it; empty ones unused
  Cipher cipher_kind;
  Integrity integrity;
  std::string_view cipher;          ///< as `ip xfrm state` spells it
  std::string_view authentication;  ///< the same; empty for an AEAD
  std::uint8_t key_size;
  std::uint8_t salt_size;  ///< stands behind the key in an SA file
  std::uint8_t authentication_key_size;
  std::uint8_t iv_size;
  std::uint8_t icv_size;
  std::uint8_t block;
  std::string_view standards;

  bool aead() const { return integrity == Integrity::kByCipher; }
};

/// Every suite, in the order of the enumeration.
std::span<SuiteInfo const, kSuiteCount> suites();

inline SuiteInfo const& info(Suite suite) { return suites()[static_cast<std::size_t>(suite)]; }

/// The suite of this name or alias, in any case; none if unknown.
std::optional<Suite> find_suite(std::string_view name);

/// What to tell a user who wrote `name`: the known ones, and the nearest.
std::string unknown_suite(std::string_view name);

}  // namespace warpline::ipsec
