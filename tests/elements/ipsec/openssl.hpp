// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>

#include "tests/elements/ipsec/vectors.hpp"

/// OpenSSL as the second opinion.
namespace warpline::ipsec::testing {
namespace detail {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

inline void check(int result) {
  if (result != 1) throw std::runtime_error("OpenSSL failed");
}

}  // namespace detail

/// AES-128-CTR from a whole 16-byte counter block.
inline Octets openssl_ctr(Octets const& key, Octets const& counter,
                          std::span<std::uint8_t const> text) {
  detail::Context const context(EVP_CIPHER_CTX_new());
  detail::check(
      EVP_EncryptInit_ex(context.get(), EVP_aes_128_ctr(), nullptr, key.data(), counter.data()));
  Octets out(text.size() + 16);
  int size = 0;
  detail::check(EVP_EncryptUpdate(context.get(), out.data(), &size, text.data(),
                                  static_cast<int>(text.size())));
  out.resize(text.size());
  return out;
}

/// AES-128-CBC of whole blocks, without padding.
inline Octets openssl_cbc(Octets const& key, Octets const& iv, std::span<std::uint8_t const> text) {
  detail::Context const context(EVP_CIPHER_CTX_new());
  detail::check(
      EVP_EncryptInit_ex(context.get(), EVP_aes_128_cbc(), nullptr, key.data(), iv.data()));
  detail::check(EVP_CIPHER_CTX_set_padding(context.get(), 0));
  Octets out(text.size() + 16);
  int size = 0;
  detail::check(EVP_EncryptUpdate(context.get(), out.data(), &size, text.data(),
                                  static_cast<int>(text.size())));
  out.resize(text.size());
  return out;
}

/// AES-128-GCM: the ciphertext, then the 16-byte tag.
inline Octets openssl_gcm(Octets const& key, Octets const& nonce, std::span<std::uint8_t const> aad,
                          std::span<std::uint8_t const> text) {
  detail::Context const context(EVP_CIPHER_CTX_new());
  detail::check(
      EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, key.data(), nonce.data()));
  Octets out(text.size() + 16);
  int size = 0;
  if (!aad.empty())
    detail::check(
        EVP_EncryptUpdate(context.get(), nullptr, &size, aad.data(), static_cast<int>(aad.size())));
  if (!text.empty())
    detail::check(EVP_EncryptUpdate(context.get(), out.data(), &size, text.data(),
                                    static_cast<int>(text.size())));
  detail::check(EVP_EncryptFinal_ex(context.get(), out.data() + text.size(), &size));
  detail::check(
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, 16, out.data() + text.size()));
  return out;
}

inline Octets openssl_hmac(EVP_MD const* hash, Octets const& key,
                           std::span<std::uint8_t const> text) {
  Octets out(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  if (HMAC(hash, key.data(), static_cast<int>(key.size()), text.data(), text.size(), out.data(),
           &size) == nullptr)
    throw std::runtime_error("OpenSSL failed");
  out.resize(size);
  return out;
}
inline Octets openssl_hmac_sha1(Octets const& key, std::span<std::uint8_t const> text) {
  return openssl_hmac(EVP_sha1(), key, text);
}
inline Octets openssl_hmac_sha256(Octets const& key, std::span<std::uint8_t const> text) {
  return openssl_hmac(EVP_sha256(), key, text);
}

inline Octets openssl_sha1(std::span<std::uint8_t const> text) {
  Octets out(20);
  SHA1(text.data(), text.size(), out.data());
  return out;
}

}  // namespace warpline::ipsec::testing
