// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/hd.hpp"
#include "core/wire.hpp"
#include "elements/ipsec/poly1305.hpp"
#include "elements/ipsec/sa_keys.hpp"

namespace warpline::ipsec {

/// Bytes of the high half of an extended sequence number.
inline constexpr std::uint32_t kEsnSize = 4;

/// Where the parts of an ESP packet are, in bytes from its ESP header on:
///
///     ESP header (8) | IV field | text: ciphertext with padding and trailer | integrity value
///
/// Outbound, the first 4 bytes of the room for the integrity value hold the high half of an extended
/// sequence number; inbound, 4 bytes behind the integrity value do.
struct EspSizes {
  std::uint32_t text;       ///< where the text begins
  std::uint32_t text_size;  ///< 0 where the packet is too short, or its text no multiple of a block
  std::uint32_t code;       ///< where the integrity value begins

  EspSizes() = default;
  /// `keys`: `SaKeys`, or what has its sizes.
  template <class Keys>
  WARPLINE_HD EspSizes(Keys const& keys, std::uint32_t size)
      : text(esp::kSize + keys.iv_size), text_size(0), code(0) {
    std::uint32_t const behind =
        keys.icv_size + (keys.esn && keys.direction == Direction::kInbound ? kEsnSize : 0);
    if (size < text + sizeof(esp::Trailer) + behind) return;
    code = size - behind;
    std::uint32_t const held = code - text;
    if ((held & (keys.block - 1u)) == 0) text_size = held;
  }

  WARPLINE_HD bool good() const { return text_size != 0; }
};

/// The associated data of an AEAD (RFC 4106 section 5, RFC 7634 section 2.1), filled up with zeros:
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

/// The integrity value of an HMAC over the first `size` bytes of a packet.
WARPLINE_HD inline Block esp_hmac(SaKeys const& keys, std::uint8_t const* packet,
                                  std::uint32_t size) {
  Block code{};
  if (keys.integrity == Integrity::kHmacSha1) {
    auto const state = hmac<Sha1>(keys.authentication.sha1, packet, size);
    for (unsigned i = 0; i < 3; ++i) code.words[i] = state.words[i];
  } else {
    auto const state = hmac<Sha256>(keys.authentication.sha256, packet, size);
    for (unsigned i = 0; i < 4; ++i) code.words[i] = state.words[i];
  }
  return code;
}

/// What a lane leaves for the thread that ends the packet, or for itself.
union EspPart {
  /// GCM: its part of the hash, and of the sum that a UDP checksum takes.
  struct Gcm {
    GhashElement hash;
    std::uint64_t sum;
  } gcm;
  PolyKey poly;  ///< ChaCha20-Poly1305: the one-time key, in the last lane's
  Block before;  ///< CBC, inbound: the ciphertext before its first block
};

}  // namespace warpline::ipsec
