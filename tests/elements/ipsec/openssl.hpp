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
#include <string>

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

/// AES's cipher in one of its modes, by the key's size.
inline EVP_CIPHER const* openssl_aes(std::size_t key_size, char const* mode) {
  auto const name = "AES-" + std::to_string(8 * key_size) + "-" + mode;
  auto const* const cipher = EVP_get_cipherbyname(name.c_str());
  if (cipher == nullptr) throw std::runtime_error("OpenSSL has no " + name);
  return cipher;
}

/// A cipher without authentication, and without padding of its own.
inline Octets openssl_crypt(EVP_CIPHER const* cipher, bool encrypts, Octets const& key,
                            Octets const& iv, std::span<std::uint8_t const> text) {
  detail::Context const context(EVP_CIPHER_CTX_new());
  detail::check(
      EVP_CipherInit_ex(context.get(), cipher, nullptr, key.data(), iv.data(), encrypts ? 1 : 0));
  detail::check(EVP_CIPHER_CTX_set_padding(context.get(), 0));
  Octets out(text.size() + 16);
  int size = 0;
  detail::check(EVP_CipherUpdate(context.get(), out.data(), &size, text.data(),
                                 static_cast<int>(text.size())));
  out.resize(text.size());
  return out;
}

/// AES-CTR from a whole 16-byte counter block.
inline Octets openssl_ctr(Octets const& key, Octets const& counter,
                          std::span<std::uint8_t const> text) {
  return openssl_crypt(openssl_aes(key.size(), "CTR"), true, key, counter, text);
}

/// AES-CBC of whole blocks, without padding.
inline Octets openssl_cbc(Octets const& key, Octets const& iv, std::span<std::uint8_t const> text,
                          bool encrypts = true) {
  return openssl_crypt(openssl_aes(key.size(), "CBC"), encrypts, key, iv, text);
}

/// ChaCha20 from a block counter on.
inline Octets openssl_chacha20(Octets const& key, std::uint8_t counter, Octets const& nonce,
                               std::span<std::uint8_t const> text) {
  Octets iv{counter, 0, 0, 0};
  iv.insert(iv.end(), nonce.begin(), nonce.end());
  return openssl_crypt(EVP_chacha20(), true, key, iv, text);
}

/// An AEAD: the ciphertext, then the 16-byte tag.
inline Octets openssl_aead(EVP_CIPHER const* cipher, Octets const& key, Octets const& nonce,
                           std::span<std::uint8_t const> aad, std::span<std::uint8_t const> text) {
  detail::Context const context(EVP_CIPHER_CTX_new());
  detail::check(EVP_EncryptInit_ex(context.get(), cipher, nullptr, key.data(), nonce.data()));
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
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, out.data() + text.size()));
  return out;
}
inline Octets openssl_gcm(Octets const& key, Octets const& nonce, std::span<std::uint8_t const> aad,
                          std::span<std::uint8_t const> text) {
  return openssl_aead(openssl_aes(key.size(), "GCM"), key, nonce, aad, text);
}
inline Octets openssl_chacha20_poly1305(Octets const& key, Octets const& nonce,
                                        std::span<std::uint8_t const> aad,
                                        std::span<std::uint8_t const> text) {
  return openssl_aead(EVP_chacha20_poly1305(), key, nonce, aad, text);
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

inline Octets openssl_sha1(std::span<std::uint8_t const> text) {
  Octets out(20);
  SHA1(text.data(), text.size(), out.data());
  return out;
}

}  // namespace warpline::ipsec::testing
