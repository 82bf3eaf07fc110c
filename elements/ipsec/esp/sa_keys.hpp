// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "elements/ipsec/crypto/aes.hpp"
#include "elements/ipsec/crypto/aes_gcm.hpp"
#include "elements/ipsec/crypto/aes_inverse.hpp"
#include "elements/ipsec/crypto/chacha20.hpp"
#include "elements/ipsec/crypto/hmac.hpp"
#include "elements/ipsec/crypto/sha1.hpp"
#include "elements/ipsec/crypto/sha2.hpp"
#include "elements/ipsec/model/suite.hpp"

namespace warpline::ipsec {

/// Number of powers of a GHASH key in an SA: that many blocks can be hashed independently.
inline constexpr std::uint32_t kGhashPowers = 8;

/// The data that a kernel needs for one SA's packets, prepared once: expanded cipher key, HMAC
/// states or GHASH key, salt, sizes. It is copied to a device unchanged. The authentication key
/// itself is not included. A reader can still forge and decrypt, so it is as secret as the keys.
struct alignas(16) SaKeys {
  union CipherKey {
    AesKey aes;
    AesInverseKey inverse;  ///< inbound `kAesCbc`
    ChaChaKey chacha;
  };
  union IntegrityKey {
    GhashElement ghash[kGhashPowers];  ///< `kAesGcm`: the key, its square, and so on
    HmacKey<Sha1> sha1;
    HmacKey<Sha256> sha256;
    HmacKey<Sha384> sha384;
    HmacKey<Sha512> sha512;
  };

  CipherKey key;
  IntegrityKey authentication;
  std::uint32_t salt;  ///< the nonce of RFC 3686 section 4, the salt of RFC 4106 and RFC 7634
  Suite suite;
  Cipher cipher;
  Integrity integrity;
  Direction direction;
  std::uint8_t iv_size;   ///< bytes of the IV field
  std::uint8_t icv_size;  ///< bytes of the integrity value
  std::uint8_t block;     ///< bytes that ciphertext is a multiple of
  bool esn;               ///< extended sequence numbers (RFC 4303 section 2.2.1)
  /// Outbound: a UDP header precedes the ESP header, and its checksum must be computed unless its
  /// field is 0 (udp_checksum.hpp). False after `make_sa_keys`.
  bool udp_checksum;
};
static_assert(std::is_trivially_copyable_v<SaKeys> && sizeof(SaKeys) == 400);

/// Prepares the keys of one SA from the raw ones, whose sizes are in `info(suite)`: `key` is the
/// cipher's, followed by the salt. No other copy of them is kept.
SaKeys make_sa_keys(Suite suite, Direction direction, bool esn, std::span<std::uint8_t const> key,
                    std::span<std::uint8_t const> authentication_key);

/// The host's copies of the AES tables; a device gets its own.
AesTables const& aes_tables();
AesInverseTables const& aes_inverse_tables();

}  // namespace warpline::ipsec
