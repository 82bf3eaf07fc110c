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

/// How many powers of a GHASH key an SA keeps: as many blocks can be hashed independently.
inline constexpr std::uint32_t kGhashPowers = 8;

/// All that a kernel needs for one SA's packets, worked out once: expanded cipher key, HMAC states
/// or GHASH key, salt, sizes. Copied to a device as it is. The authentication key itself is not
/// here; whoever can read this can still forge and decrypt, so it is as secret as the keys.
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
  /// Outbound: a UDP header is in front of the ESP header, and its checksum is to be computed where
  /// its field is not 0 (udp_checksum.hpp). False after `make_sa_keys`.
  bool udp_checksum;
};
static_assert(std::is_trivially_copyable_v<SaKeys> && sizeof(SaKeys) == 400);

/// The keys of one SA from the raw ones, of the sizes that `info(suite)` says: at `key` the cipher's
/// and behind it the salt. What it returns is all that is kept of them.
SaKeys make_sa_keys(Suite suite, Direction direction, bool esn, std::span<std::uint8_t const> key,
                    std::span<std::uint8_t const> authentication_key);

/// The host's copies of the AES tables; a device gets its own.
AesTables const& aes_tables();
AesInverseTables const& aes_inverse_tables();

}  // namespace warpline::ipsec
