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
    if (count == 0) return;
    auto [index, skip] = find(pool, offset);
    while (true) {
      auto const& block = pool[index];
      auto const part = std::min<std::uint32_t>(block.end - block.begin - skip, count);
      sink(Bytes{block.data + block.begin + skip, part});
      count -= part;
      if (count == 0) return;
      index = block.next;
      skip = 0;
    }
  }

 private:
  /// A block, and a number of its bytes before a byte.
  struct Place {
    std::uint32_t block, skip;
  };
  /// The place of a byte that the chain has, from the nearer end on: bytes that came last are in the
  /// processor's cache.
  Place find(BlockPool const& pool, std::uint32_t offset) const;
};

}  // namespace warpline::ids
