// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/sa_keys.hpp"

namespace warpline::ipsec {

AesTables const& aes_tables() {
  static constexpr AesTables kTables = make_aes_tables();
  return kTables;
}

SaKeys make_sa_keys(Suite suite, std::uint8_t const* key, std::uint8_t const* auth_key,
                    std::uint32_t auth_key_size) {
  SaKeys keys{};
  keys.suite = suite;
  keys.cipher = expand_aes128_key(aes_tables(), key);
  keys.salt = load_be32(key + 16);
  if (suite == Suite::kAes128Gcm) {
    keys.ghash[0] = make_ghash_key(aes_tables(), keys.cipher);
    for (std::uint32_t i = 1; i < kGhashPowers; ++i)
      keys.ghash[i] = ghash_multiply(keys.ghash[i - 1], keys.ghash[0]);
  } else {
    keys.authentication = make_hmac_key<Sha1>(auth_key, auth_key_size);
  }
  return keys;
}

}  // namespace warpline::ipsec
