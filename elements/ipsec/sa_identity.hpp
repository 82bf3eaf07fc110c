// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "elements/ipsec/sa_config.hpp"
#include "elements/ipsec/sa_keys.hpp"
#include "elements/ipsec/secret.hpp"

namespace warpline::ipsec {

/// Whether an SA's sequence number is its IV, so that a number which is sent twice under one key gives
/// away what both packets say (RFC 3686 section 4, RFC 4106 section 3.1, RFC 7634 section 2).
constexpr bool sequence_is_iv(Cipher cipher) {
  return cipher == Cipher::kAesCtr || cipher == Cipher::kAesGcm ||
         cipher == Cipher::kChaCha20Poly1305;
}

/// What two SAs must not share if each counts for itself, in a form that does not change between
/// versions of the program. Outbound, where the sequence number is the IV: cipher key and salt,
/// whatever else differs. Otherwise these or the authentication key, SPI and destination. As secret
/// as the keys.
Secret identity_of(SaKeys const& keys, SaConfig const& sa, Direction direction);

}  // namespace warpline::ipsec
