// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"
#include "core/net/wire.hpp"
#include "elements/ipsec/crypto/poly1305.hpp"
#include "elements/ipsec/esp/sa_keys.hpp"

namespace warpline::ipsec {

/// Bytes of the high half of an extended sequence number.
inline constexpr std::uint32_t kEsnSize = 4;

/// The offsets of the parts of an ESP packet, in bytes from its ESP header:
///
///     ESP header (8)
/// IV field
/// ciphertext with padding and trailer
/// ICV
///
/// Outbound, the first 4 bytes of the space for the ICV contain the high half of an extended
/// sequence number; inbound, 4 bytes after the ICV do.
struct EspSizes {
  std::uint32_t ciphertext;  ///< where the ciphertext begins
  std::uint32_t
      ciphertext_size;  ///< 0 if the packet is too short, or its ciphertext not a multiple of a block
  std::uint32_t icv;    ///< where the ICV begins

  EspSizes() = default;
  /// `keys`: `SaKeys`, or a type with the same sizes.
  template <class Keys>
  WARPLINE_HD EspSizes(Keys const& keys, std::uint32_t size)
      : ciphertext(esp::kSize + keys.iv_size), ciphertext_size(0), icv(0) {
    std::uint32_t const trailing =
        keys.icv_size + (keys.esn && keys.direction == Direction::kInbound ? kEsnSize : 0);
    if (size < ciphertext + sizeof(esp::Trailer) + trailing) return;
    icv = size - trailing;
    std::uint32_t const available = icv - ciphertext;
    if ((available & (keys.block - 1u)) == 0) ciphertext_size = available;
  }

  WARPLINE_HD bool good() const { return ciphertext_size != 0; }
};

/// The associated data of an AEAD (RFC 4106 section 5, RFC 7634 section 2.1), padded with zeros:
/// SPI and sequence number; with extended numbers the high half, which is at `high`, between them.
struct EspAad {
  Block bytes;
  std::uint32_t size;

  WARPLINE_HD EspAad(bool esn, std::uint8_t const* packet, std::uint8_t const* high)
      : bytes{{load_be32(packet), load_be32(packet + 4), 0, 0}}, size(esp::kSize) {
    if (!esn) return;
    bytes.words[2] = bytes.words[1];
    bytes.words[1] = load_be32(high);
    size += kEsnSize;
  }
};

/// The longest ICV as big-endian words; a shorter one uses the first of them.
struct Icv {
  static constexpr unsigned kWords = kMaxIcvSize / 4;
  std::uint32_t words[kWords];
};

/// Writes the first `size` bytes, a multiple of 4, of these words.
template <unsigned kCount>
WARPLINE_HD inline void store_icv(std::uint8_t* to, std::uint32_t const (&words)[kCount],
                                  std::uint32_t size) {
  for (unsigned i = 0; i < kCount; ++i)
    if (4 * i < size) store_be32(to + 4 * i, words[i]);
}

/// The `kCount` words that contain an ICV of `size` bytes, followed by zeros.
template <unsigned kCount>
WARPLINE_HD inline void load_icv(std::uint32_t (&words)[kCount], std::uint8_t const* from,
                                 std::uint32_t size) {
  for (unsigned i = 0; i < kCount; ++i) words[i] = 4 * i < size ? load_be32(from + 4 * i) : 0;
}

namespace detail {
template <class Hash>
WARPLINE_HD inline Icv hmac_icv(HmacKey<Hash> const& key, std::uint8_t const* packet,
                                std::uint32_t size) {
  constexpr unsigned kPerWord = sizeof(typename Hash::Word) / 4;
  auto const state = hmac<Hash>(key, packet, size);
  Icv icv{};
  for (unsigned i = 0; i < Icv::kWords && i < Hash::kWords * kPerWord; ++i) {
    auto const word = state.words[i / kPerWord];
    bool const high = kPerWord == 2 && i % 2 == 0;
    icv.words[i] = static_cast<std::uint32_t>(high ? std::uint64_t{word} >> 32 : word);
  }
  return icv;
}
}  // namespace detail

/// The integrity value of an HMAC (RFC 2404, RFC 4868) over the first `size` bytes of a packet.
WARPLINE_HD inline Icv esp_hmac(SaKeys const& keys, std::uint8_t const* packet,
                                std::uint32_t size) {
  auto const& key = keys.authentication;
  switch (keys.integrity) {
    case Integrity::kHmacSha1:
      return detail::hmac_icv(key.sha1, packet, size);
    case Integrity::kHmacSha256:
      return detail::hmac_icv(key.sha256, packet, size);
    case Integrity::kHmacSha384:
      return detail::hmac_icv(key.sha384, packet, size);
    case Integrity::kHmacSha512:
      return detail::hmac_icv(key.sha512, packet, size);
    case Integrity::kByCipher:
      break;
  }
  return {};
}

/// The partial result of a thread.
union EspPartial {
  /// GCM: its share of the hash, and of the sum for a UDP checksum.
  struct Gcm {
    GhashElement hash;
    std::uint64_t sum;
  } gcm;
  PolyKey poly;  ///< ChaCha20-Poly1305: the one-time key, set by the last thread
  Block before;  ///< CBC, inbound: the ciphertext before its first block
};

/// GCM: the hash of a packet from the partial results of all threads.
WARPLINE_HD inline GhashElement gcm_hash_of(SaKeys const& keys, EspSizes const& sizes,
                                            EspPartial const* partials, std::uint32_t threads) {
  GhashElement hash = partials[0].gcm.hash;
  for (unsigned thread = 1; thread < threads; ++thread) hash = hash ^ partials[thread].gcm.hash;
  return ghash_block(hash, keys.authentication.ghash[0],
                     ghash_lengths(esp::kSize + (keys.esn ? kEsnSize : 0), sizes.ciphertext_size));
}

}  // namespace warpline::ipsec
