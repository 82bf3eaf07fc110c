// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp/sa_keys.hpp"

namespace warpline::ipsec {

AesTables const& aes_tables() {
  static constexpr AesTables kTables = make_aes_tables();
  return kTables;
}

AesInverseTables const& aes_inverse_tables() {
  static constexpr AesInverseTables kTables = make_aes_inverse_tables();
  return kTables;
}

SaKeys make_sa_keys(Suite suite, Direction direction, bool esn, std::span<std::uint8_t const> key,
                    std::span<std::uint8_t const> authentication_key) {
  auto const& suite_info = info(suite);
  SaKeys keys{};
  keys.suite = suite;
  keys.cipher = suite_info.cipher_kind;
  keys.integrity = suite_info.integrity;
  keys.direction = direction;
  keys.iv_size = suite_info.iv_size;
  keys.icv_size = suite_info.icv_size;
  keys.block = suite_info.block;
  keys.esn = esn;
  if (suite_info.salt_size > 0) keys.salt = load_be32(&key[suite_info.key_size]);

  if (keys.cipher == Cipher::kChaCha20Poly1305)
    keys.key.chacha = make_chacha_key(key.data());
  else if (keys.cipher != Cipher::kNull)
    keys.key.aes = expand_aes_key(aes_tables(), key.data(), suite_info.key_size);
  if (keys.cipher == Cipher::kAesCbc && direction == Direction::kInbound)
    keys.key.inverse = invert_aes_key(aes_inverse_tables(), aes_tables(), keys.key.aes);

  auto const size = static_cast<std::uint32_t>(authentication_key.size());
  auto const* const secret = authentication_key.data();
  switch (keys.integrity) {
    case Integrity::kHmacSha1:
      keys.authentication.sha1 = make_hmac_key<Sha1>(secret, size);
      break;
    case Integrity::kHmacSha256:
      keys.authentication.sha256 = make_hmac_key<Sha256>(secret, size);
      break;
    case Integrity::kHmacSha384:
      keys.authentication.sha384 = make_hmac_key<Sha384>(secret, size);
      break;
    case Integrity::kHmacSha512:
      keys.authentication.sha512 = make_hmac_key<Sha512>(secret, size);
      break;
    case Integrity::kByCipher:
      if (keys.cipher != Cipher::kAesGcm) break;
      auto* const powers = keys.authentication.ghash;
      powers[0] = make_ghash_key(aes_tables(), keys.key.aes);
      for (std::uint32_t i = 1; i < kGhashPowers; ++i)
        powers[i] = ghash_multiply(powers[i - 1], powers[0]);
      break;
  }
  return keys;
}

}  // namespace warpline::ipsec
