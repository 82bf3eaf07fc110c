// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "elements/ipsec/aes.hpp"
#include "elements/ipsec/aes_gcm.hpp"
#include "elements/ipsec/hmac.hpp"
#include "elements/ipsec/sha1.hpp"
#include "elements/ipsec/suite.hpp"

namespace warpline::ipsec {

/// How many powers of a GHASH key an SA keeps: as many blocks can be hashed independently.
inline constexpr std::uint32_t kGhashPowers = 8;

/// All that a kernel needs to protect one SA's packets, worked out once: expanded cipher key, HMAC
/// states, GHASH key, salt. Copied to a device as it is. The authentication key itself is not here;
/// whoever can read this can still forge and decrypt, so it is as secret as the keys.
struct alignas(16) SaKeys {
  AesKey cipher;
  HmacKey<Sha1> authentication;      ///< `kAes128CtrHmacSha1`
  GhashElement ghash[kGhashPowers];  ///< `kAes128Gcm`: the key, its square, and so on
  std::uint32_t salt;  ///< the nonce of RFC 3686 section 4, the salt of RFC 4106 section 4
  Suite suite;
};
static_assert(std::is_trivially_copyable_v<SaKeys> && sizeof(SaKeys) == 352);

/// The keys of one SA from the raw ones: 16 bytes and a 4-byte salt at `key`; `auth_key_size` bytes
/// at `auth_key` for a suite that authenticates apart.
SaKeys make_sa_keys(Suite suite, std::uint8_t const* key, std::uint8_t const* auth_key,
                    std::uint32_t auth_key_size);

/// The host's copy of the AES table; a device gets its own.
AesTables const& aes_tables();

}  // namespace warpline::ipsec
