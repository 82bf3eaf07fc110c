// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <span>

#include "elements/ipsec/esp/sa_keys.hpp"
#include "tests/elements/ipsec/frames.hpp"
#include "tests/elements/ipsec/openssl.hpp"
#include "tests/elements/ipsec/vectors.hpp"

namespace warpline::ipsec::testing {

/// An SA's raw keys, and what they do to ESP packets by OpenSSL and the RFCs alone.
struct RawSa {
  Suite suite;
  bool esn;
  Octets key, salt, authentication;

  static RawSa random(Suite suite, bool esn, std::mt19937& random) {
    auto const& about = info(suite);
    return {suite, esn, random_octets(random, about.key_size),
            random_octets(random, about.salt_size),
            random_octets(random, about.authentication_key_size)};
  }

  SaKeys keys(Direction direction) const {
    Octets both = key;
    both.insert(both.end(), salt.begin(), salt.end());
    return make_sa_keys(suite, direction, esn, both, authentication);
  }

  /// Algorithms and keys in the words of `ip xfrm state`.
  std::string words() const {
    auto const& about = info(suite);
    auto const bits = ' ' + std::to_string(8 * about.icv_size);
    auto const secret = " 0x" + to_hex(key) + to_hex(salt);
    if (about.aead()) return "aead " + std::string(about.cipher) + secret + bits;
    return "enc " + std::string(about.cipher) + secret + " auth-trunc " +
           std::string(about.authentication) + " 0x" + to_hex(authentication) + bits;
  }

  std::size_t iv_size() const { return info(suite).iv_size; }
  std::size_t icv_size() const { return info(suite).icv_size; }
  /// Bytes of a packet beside its text.
  std::size_t overhead() const { return 8 + iv_size() + icv_size(); }
  /// Whether a packet of `size` bytes, without a high half after it, can be ESP of this SA.
  bool holds(std::size_t size) const {
    return size >= overhead() + 2 && (size - overhead()) % info(suite).block == 0;
  }

  /// What goes out of a packet as encapsulation leaves it: ESP header, IV field, plaintext, room
  /// for the integrity value that begins with the high half of the sequence number.
  Octets seal(Octets packet) const {
    auto const code_at = packet.size() - icv_size(), text_at = 8 + iv_size();
    Octets const high(&packet[code_at], &packet[code_at] + (esn ? 4 : 0));
    Octets aad(packet.begin(), packet.begin() + 8);
    aad.insert(aad.begin() + 4, high.begin(), high.end());
    std::span const text(&packet[text_at], code_at - text_at);
    Octets sealed;
    switch (info(suite).cipher_kind) {
      case Cipher::kAesGcm:
        sealed = openssl_gcm(key, nonce(packet), aad, text);
        sealed.resize(text.size() + icv_size());
        return replace(packet, text_at, sealed);
      case Cipher::kChaCha20Poly1305:
        sealed = openssl_chacha20_poly1305(key, nonce(packet), aad, text);
        return replace(packet, text_at, sealed);
      case Cipher::kAesCtr:
        packet = replace(packet, text_at, openssl_ctr(key, counter(packet, 1), text));
        break;
      case Cipher::kAesCbc:
        packet = replace(packet, 8, openssl_cbc(key, Octets(16), {&packet[8], code_at - 8}));
        break;
      case Cipher::kNull:
        break;
    }
    Octets covered(packet.begin(), packet.end() - static_cast<std::ptrdiff_t>(icv_size()));
    covered.insert(covered.end(), high.begin(), high.end());
    auto code = openssl_hmac(hash(), authentication, covered);
    code.resize(icv_size());
    return replace(packet, code_at, code);
  }

  /// The packet, with zeros for the integrity value, that `seal` makes `sealed` of where that is
  /// genuine.
  Octets clear(Octets packet) const {
    auto const code_at = packet.size() - icv_size(), text_at = 8 + iv_size();
    std::span const text(&packet[text_at], code_at - text_at);
    switch (info(suite).cipher_kind) {
      case Cipher::kAesGcm:
        packet = replace(packet, text_at, openssl_ctr(key, counter(packet, 2), text));
        break;
      case Cipher::kChaCha20Poly1305:
        packet = replace(packet, text_at, openssl_chacha20(key, 1, nonce(packet), text));
        break;
      case Cipher::kAesCtr:
        packet = replace(packet, text_at, openssl_ctr(key, counter(packet, 1), text));
        break;
      case Cipher::kAesCbc:
        packet = replace(packet, 8, openssl_cbc(key, Octets(16), {&packet[8], code_at - 8}, false));
        break;
      case Cipher::kNull:
        break;
    }
    return replace(packet, code_at, Octets(icv_size()));
  }

 private:
  EVP_MD const* hash() const {
    switch (info(suite).integrity) {
      case Integrity::kHmacSha1:
        return EVP_sha1();
      case Integrity::kHmacSha256:
        return EVP_sha256();
      case Integrity::kHmacSha384:
        return EVP_sha384();
      case Integrity::kHmacSha512:
        return EVP_sha512();
      case Integrity::kByCipher:
        break;
    }
    return nullptr;
  }
  static Octets replace(Octets packet, std::size_t offset, Octets const& with) {
    std::copy(with.begin(), with.end(), packet.begin() + static_cast<std::ptrdiff_t>(offset));
    return packet;
  }
  Octets nonce(Octets const& packet) const {
    Octets result = salt;
    result.insert(result.end(), packet.begin() + 8, packet.begin() + 16);
    return result;
  }
  Octets counter(Octets const& packet, std::uint8_t first) const {
    auto result = nonce(packet);
    result.insert(result.end(), {0, 0, 0, first});
    return result;
  }
};

}  // namespace warpline::ipsec::testing
