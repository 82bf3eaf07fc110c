// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/bytes.hpp"
#include "elements/ids/stream/block_pool.hpp"

namespace warpline::ids {

/// Contiguous bytes of a stream in blocks of a pool, which is the same one in all calls. Has no
/// destructor: the user calls `clear`. One thread.
struct ByteChain {
  std::uint32_t head = BlockPool::kNone, tail = BlockPool::kNone;
  std::uint32_t begin = 0;  ///< offset of the first byte in the stream; may wrap
  std::uint32_t size = 0;

  std::uint32_t end() const { return begin + size; }

  /// Adds bytes at the end. Returns how many; fewer than given if the pool is exhausted.
  std::uint32_t append(BlockPool& pool, Bytes bytes);
  /// Frees the bytes before an offset: those of whole blocks at once. All, if it is after the end.
  void discard_before(BlockPool& pool, std::uint32_t offset);
  /// Copies `count` bytes from `offset` on; false, and nothing copied, if the chain lacks one.
  bool copy(BlockPool const& pool, std::uint32_t offset, std::uint32_t count,
            std::uint8_t* out) const;
  /// Frees all blocks. The chain is as a new one.
  void clear(BlockPool& pool);

  /// True if the chain has `count` bytes from `offset` on.
  bool has(std::uint32_t offset, std::uint32_t count) const {
    auto const before = offset - begin;
    return before <= size && count <= size - before;
  }
  /// Calls `sink(Bytes)` for the parts of bytes that the chain has, in order.
  template <class Sink>
  void visit(BlockPool const& pool, std::uint32_t offset, std::uint32_t count, Sink&& sink) const {
    auto skip = offset - begin;
    for (auto index = head; count > 0; index = pool[index].next) {
      auto const& block = pool[index];
      std::uint32_t const held = block.end - block.begin;
      if (skip >= held) {
        skip -= held;
        continue;
      }
      auto const part = std::min(held - skip, count);
      sink(Bytes{block.data + block.begin + skip, part});
      count -= part;
      skip = 0;
    }
  }
};

}  // namespace warpline::ids
