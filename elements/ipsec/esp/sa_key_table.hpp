// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

#include "core/base/hd.hpp"
#include "elements/ipsec/esp/sa_keys.hpp"
#include "elements/ipsec/esp/sa_tag.hpp"

namespace warpline::ipsec {

/// The keys of all SAs by index, as kernels read them. The table grows while kernels run: it consists
/// of chunks that never move, each as large as all before it together, so that few uploads make it
/// large. An index costs one load more than with an array, from memory that all packets share.
struct SaKeyTable {
  static constexpr std::uint32_t kFirstChunk = 1024;  ///< SAs in the first chunk
  static constexpr std::uint32_t kChunks = SaTag::kIndexBits - 10 + 1;
  static_assert(kFirstChunk << (kChunks - 1) == SaTag::kCapacity);

  /// On the device: the address of each chunk; null if it does not exist yet.
  SaKeys const* const* chunks;

  /// The chunk that has an index, which is below `SaTag::kCapacity`.
  WARPLINE_HD static std::uint32_t chunk_of(std::uint32_t index) {
#ifdef __CUDA_ARCH__
    return 32u - static_cast<std::uint32_t>(__clz(static_cast<int>(index / kFirstChunk)));
#else
    return static_cast<std::uint32_t>(std::bit_width(index / kFirstChunk));
#endif
  }
  /// The first index of a chunk.
  WARPLINE_HD static constexpr std::uint32_t first_of(std::uint32_t chunk) {
    return chunk == 0 ? 0 : kFirstChunk << (chunk - 1);
  }
  /// Number of SAs for which a chunk has space.
  WARPLINE_HD static constexpr std::uint32_t size_of(std::uint32_t chunk) {
    return chunk == 0 ? kFirstChunk : first_of(chunk);
  }

  /// Returns whether there is space for an SA at `index`, which is less than `SaTag::kCapacity`.
  WARPLINE_HD bool has(std::uint32_t index) const { return chunks[chunk_of(index)] != nullptr; }
  WARPLINE_HD SaKeys const& operator[](std::uint32_t index) const {
    auto const chunk = chunk_of(index);
    return chunks[chunk][index - first_of(chunk)];
  }
};

}  // namespace warpline::ipsec
