// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/database/sa_identity.hpp"

#include <vector>

#include "elements/ipsec/crypto/bytes.hpp"

namespace warpline::ipsec {
namespace {

/// Bytes that are overwritten when they are freed, also when the buffer grows.
class Bytes {
 public:
  Bytes() { bytes_.reserve(256); }
  ~Bytes() { explicit_bzero(bytes_.data(), bytes_.size()); }

  void append(std::uint32_t word) {
    std::uint8_t bytes[4];
    store_be32(bytes, word);
    bytes_.insert(bytes_.end(), bytes, bytes + sizeof bytes);
  }
  void append(std::uint32_t const* words, unsigned count) {
    for (unsigned i = 0; i < count; ++i) append(words[i]);
  }
  void append(std::uint64_t const* words, unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      append(static_cast<std::uint32_t>(words[i] >> 32));
      append(static_cast<std::uint32_t>(words[i]));
    }
  }
  std::vector<std::uint8_t> bytes_;
};

}  // namespace

Secret identity_of(SaKeys const& keys, SaConfig const& sa, Direction direction) {
  Bytes identity;
  auto const& suite = info(keys.suite);
  auto const keystream = keystream_of(keys.cipher);
  if (keystream != 0) {
    // A key schedule begins with the key (FIPS 197 section 5.2).
    auto const* const words =
        keys.cipher == Cipher::kChaCha20Poly1305 ? keys.key.chacha.words : keys.key.aes.words;
    identity.append(std::uint32_t{keystream});
    identity.append(words, suite.key_size / 4u);
    identity.append(keys.salt);
  } else {
    identity.append(3u);
    auto const& inner = keys.authentication;
    switch (keys.integrity) {
      case Integrity::kHmacSha1:
        identity.append(inner.sha1.inner.words, 5);
        break;
      case Integrity::kHmacSha384:
        identity.append(inner.sha384.inner.words, 8);
        break;
      case Integrity::kHmacSha512:
        identity.append(inner.sha512.inner.words, 8);
        break;
      case Integrity::kHmacSha256:
      case Integrity::kByCipher:
        identity.append(inner.sha256.inner.words, 8);
        break;
    }
  }
  if (keystream != 0 && direction == Direction::kOutbound) return Secret(identity.bytes_);
  identity.append(sa.spi);
  identity.append(sa.form.destination.version);
  for (unsigned i = 0; i < 16; i += 4) identity.append(load_be32(&sa.form.destination.bytes[i]));
  return Secret(identity.bytes_);
}

}  // namespace warpline::ipsec
