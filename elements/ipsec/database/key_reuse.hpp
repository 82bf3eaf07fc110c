// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "core/base/error.hpp"
#include "elements/ipsec/crypto/hmac.hpp"
#include "elements/ipsec/crypto/sha2.hpp"
#include "elements/ipsec/model/sa_config.hpp"

namespace warpline::ipsec {

/// Finds SAs that share cipher key and salt. If the IV is the sequence number (CTR, GCM,
/// ChaCha20-Poly1305), two such SAs encrypt with the same nonces, which reveals the plaintexts (RFC
/// 3686 section 7, RFC 4106 section 10). An SA in both directions counts as one, because SPI and
/// destination are the same.
///
/// Stores fingerprints under a random key, and no keys. Thread-safe.
class KeyReuse : public std::enable_shared_from_this<KeyReuse> {
 public:
  KeyReuse();
  ~KeyReuse();
  KeyReuse(KeyReuse const&) = delete;
  KeyReuse& operator=(KeyReuse const&) = delete;

  /// While the claim exists, no other SA may have the same key and salt.
  using Claim = std::shared_ptr<void const>;

  /// Claims key and salt for an SA that will be used; empty if its suite takes no nonce from the
  /// sequence number. Throws `ConfigError` that names the other SA if there is one. The object must
  /// be owned by a `std::shared_ptr`.
  Claim claim(SaConfig const& sa);

  /// Claims key and salt for `sa` during the lifetime of this object. Returns the place of another
  /// SA that has them.
  std::optional<Position> hold(SaConfig const& sa);

  /// The reason for refusing a key that is in use, and what was expected.
  static char const* const kReason;

 private:
  using Fingerprint = std::array<std::uint32_t, 4>;
  struct Owner {
    std::uint32_t spi;
    IpAddress destination;
    Position position;
    std::size_t claims = 0;
  };

  std::optional<Fingerprint> fingerprint(SaConfig const& sa) const;
  /// Counts a claim, or returns the other SA that has the same key.
  Owner const* add(Fingerprint const& fingerprint, SaConfig const& sa);
  void remove(Fingerprint const& fingerprint);

  HmacKey<Sha256> secret_;
  std::mutex mutex_;
  std::map<Fingerprint, Owner> owners_;
};

}  // namespace warpline::ipsec
