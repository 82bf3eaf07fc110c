// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"
#include "core/net/wire.hpp"
#include "elements/ipsec/crypto/bytes.hpp"

/// The checksum of the UDP header around ESP over IPv6 (RFC 8200 section 8.1) as a kernel body. It
/// covers ciphertext, so it is computed after encryption, on the same device. Encapsulation leaves
/// in its field the sum of the pseudo header, because that includes the addresses before byte 34.
/// The sum is folded and not complemented, so it is not 0. A field of 0 means that there is no
/// checksum.
namespace warpline::ipsec {

/// A thread's share of the sum of `data` as big-endian 32-bit words, padded with zeros: of the
/// 16-byte blocks `thread`, `thread + threads`, ... Any address, any size below 2^32 - 32.
WARPLINE_HD inline std::uint64_t sum_share(std::uint8_t const* data, std::uint32_t size,
                                           std::uint32_t thread = 0, std::uint32_t threads = 1) {
  std::uint64_t sum = 0;
  for (std::uint32_t offset = 16 * thread; offset < size; offset += 16 * threads) {
    Block const block = size - offset >= 16 ? load_block(data + offset)
                                            : load_partial_block(data + offset, size - offset);
    for (auto const word : block.words) sum += word;
  }
  return sum;
}

/// A ones' complement sum of 16-bit words from a sum of wider words (RFC 1071 section 2 (B)); 0
/// only for 0.
WARPLINE_HD constexpr std::uint16_t fold_sum(std::uint64_t sum) {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>((sum & 0xffff) + (sum >> 16));
}

/// The checksum for such a sum; never 0, which would mean no checksum (RFC 768).
WARPLINE_HD constexpr std::uint16_t udp_checksum_of(std::uint64_t sum) {
  auto const checksum = static_cast<std::uint16_t>(~fold_sum(sum));
  return checksum == 0 ? std::uint16_t{0xffff} : checksum;
}

/// Completes the checksum of the UDP header before the ESP packet at `esp`, if it has one. `sum`:
/// of the ESP packet, the total of all `sum_share`s.
WARPLINE_HD inline void store_udp_checksum(std::uint8_t* esp, std::uint64_t sum) {
  auto& udp = *reinterpret_cast<udp::Header*>(esp - udp::kSize);
  if (udp.checksum.host() == 0) return;
  sum += std::uint64_t{load_be32(esp - 8)} + load_be32(esp - 4);
  udp.checksum.set(udp_checksum_of(sum));
}

/// The same for a complete ESP packet of `size` bytes.
WARPLINE_HD inline void complete_udp_checksum(std::uint8_t* esp, std::uint32_t size) {
  store_udp_checksum(esp, sum_share(esp, size));
}

}  // namespace warpline::ipsec
