// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "elements/ipsec/crypto/secret.hpp"
#include "elements/ipsec/esp/sa_keys.hpp"
#include "elements/ipsec/model/sa_config.hpp"

namespace warpline::ipsec {

/// The keystream generator of a cipher whose IV is the sequence number. A number that is sent twice
/// with one key reveals the content of both packets (RFC 3686 section 4, RFC 4106 section 3.1, RFC
/// 7634 section 2). 1 is AES, because CTR and GCM count blocks in the same way, 2 is ChaCha20; 0:
/// the IV is not the sequence number. The values are part of state files.
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

/// The data that two SAs with separate counters must not share, in a form that is the same in all
/// versions of the program. Outbound, if the sequence number is the IV: cipher key and salt.
/// Otherwise these or the authentication key, SPI and destination. As secret as the keys.
Secret identity_of(SaKeys const& keys, SaConfig const& sa, Direction direction);

}  // namespace warpline::ipsec
