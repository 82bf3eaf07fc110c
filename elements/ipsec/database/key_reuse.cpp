// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/database/key_reuse.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>

#include "elements/ipsec/database/sa_identity.hpp"

namespace warpline::ipsec {
namespace {

std::string describe(std::uint32_t spi, IpAddress const& destination) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%08x", spi);
  return std::string("the SA with SPI ") + text + " to " + to_string(destination);
}

}  // namespace

char const* const KeyReuse::kReason =
    "both would encrypt with the same nonces, which reveals the plaintexts (RFC 4106 section 10); "
    "expected a key of its own for each SA";

KeyReuse::KeyReuse() {
  std::uint8_t random[32];
  if (::getrandom(random, sizeof random, 0) != sizeof random)
    throw std::runtime_error("the system gives no random bytes");
  secret_ = make_hmac_key<Sha256>(random, sizeof random);
  explicit_bzero(random, sizeof random);
}

KeyReuse::~KeyReuse() { explicit_bzero(&secret_, sizeof secret_); }

std::optional<KeyReuse::Fingerprint> KeyReuse::fingerprint(SaConfig const& sa) const {
  auto const keystream = keystream_of(info(sa.suite).cipher_kind);
  auto const key = sa.key.bytes();
  std::uint8_t message[64];
  if (keystream == 0 || key.size() >= sizeof message) return std::nullopt;
  message[0] = keystream;
  std::copy(key.begin(), key.end(), message + 1);
  auto const code = hmac(secret_, message, static_cast<std::uint32_t>(key.size() + 1));
  explicit_bzero(message, sizeof message);
  Fingerprint fingerprint;
  std::copy_n(code.words, fingerprint.size(), fingerprint.begin());
  return fingerprint;
}

KeyReuse::Owner const* KeyReuse::add(Fingerprint const& fingerprint, SaConfig const& sa) {
  auto const [entry, is_new] =
      owners_.try_emplace(fingerprint, Owner{sa.spi, sa.form.destination, sa.position});
  auto& owner = entry->second;
  if (!is_new && (owner.spi != sa.spi || owner.destination != sa.form.destination)) return &owner;
  ++owner.claims;
  return nullptr;
}

void KeyReuse::remove(Fingerprint const& fingerprint) {
  std::scoped_lock const lock(mutex_);
  auto const entry = owners_.find(fingerprint);
  if (--entry->second.claims == 0) owners_.erase(entry);
}

KeyReuse::Claim KeyReuse::claim(SaConfig const& sa) {
  auto const print = fingerprint(sa);
  if (!print) return nullptr;
  {
    std::scoped_lock const lock(mutex_);
    if (auto const* const other = add(*print, sa))
      throw ConfigError(describe(sa.spi, sa.form.destination) + " has the key and salt of " +
                        describe(other->spi, other->destination) + ": " + kReason);
  }
  // The pointer's value is not used, only that it is not null.
  return {this,
          [owner = shared_from_this(), print = *print](void const*) { owner->remove(print); }};
}

std::optional<Position> KeyReuse::hold(SaConfig const& sa) {
  auto const print = fingerprint(sa);
  if (!print) return std::nullopt;
  std::scoped_lock const lock(mutex_);
  auto const* const other = add(*print, sa);
  return other != nullptr ? std::optional(other->position) : std::nullopt;
}

}  // namespace warpline::ipsec
