// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "elements/ipsec/crypto/secret.hpp"
#include "elements/ipsec/esp/sa_keys.hpp"
#include "elements/ipsec/model/sa_config.hpp"

namespace warpline::ipsec {

/// The keystream generator of a cipher whose IV is the sequence number, so that a number which is
/// sent twice under one key gives away what both packets say (RFC 3686 section 4, RFC 4106 section
/// 3.1, RFC 7634 section 2): 1 is AES, since CTR and GCM count blocks alike, 2 is ChaCha20; 0: the IV
/// is not the sequence number. The values are part of state files.
constexpr std::uint8_t keystream_of(Cipher cipher) {
  switch (cipher) {
    case Cipher::kAesCtr:
    case Cipher::kAesGcm:
      return 1;
    case Cipher::kChaCha20Poly1305:
      return 2;
    case Cipher::kNull:
    case Cipher::kAesCbc:
      break;
  }
  return 0;
}

/// What two SAs must not share if each counts for itself, in a form that does not change between
/// versions of the program. Outbound, where the sequence number is the IV: cipher key and salt,
/// whatever else differs. Otherwise these or the authentication key, SPI and destination. As secret
/// as the keys.
Secret identity_of(SaKeys const& keys, SaConfig const& sa, Direction direction);

}  // namespace warpline::ipsec
