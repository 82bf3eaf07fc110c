// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/bytes.hpp"
#include "elements/ids/stream/block_pool.hpp"
#include "elements/ids/stream/overlap_policy.hpp"

namespace warpline::ids {

/// Data that arrived out of order: pieces sorted by offset, in blocks of a pool, which is the same
/// one in all calls. Eight bytes; has no destructor: the user calls `clear`. One thread.
///
/// Each byte remembers the piece with which it arrived. Where a later piece contains it too, the
/// policy compares these two pieces. Offsets may wrap: pieces more than 512 MiB
/// from the first or the last one are refused.
class SegmentQueue {
 public:
  /// Pieces that `insert` looks at from each end to find the place of a new one. Data after all
  /// others costs one step. Beyond that the piece is refused: otherwise N small pieces would cost N
  /// squared steps. Pieces that overlap the new one cost a step for each, thus at most one a byte.
  static constexpr unsigned kMaxSteps = 256;

  /// What became of a piece.
  struct Inserted {
    std::uint32_t accepted = 0;  ///< bytes
    bool first_byte = false;     ///< the first byte is among them
    bool overlaps = false;       ///< shares bytes with an earlier piece
    bool different = false;      ///< and such a byte has another value there
    bool out_of_memory = false;  ///< nothing was changed
    bool refused = false;        ///< by `kMaxSteps`, or 512 MiB away; nothing was changed
  };

  /// Copies the bytes that the policy accepts. A piece without bytes changes nothing.
  Inserted insert(BlockPool& pool, std::uint32_t offset, Bytes bytes, OverlapPolicy policy);
  /// Calls `sink(Bytes)` for the bytes from `offset` up to the next gap, in order, and removes them
  /// and those before. Returns the offset after the last one.
  template <class Sink>
  std::uint32_t take_front(BlockPool& pool, std::uint32_t offset, Sink&& sink);
  void clear(BlockPool& pool);

  bool empty() const { return head_ == BlockPool::kNone; }
  std::uint32_t bytes() const { return bytes_; }
  /// Offset of the first byte, and after the last; only if not empty.
  std::uint32_t begin(BlockPool const& pool) const { return piece(pool, head_).begin; }
  std::uint32_t end(BlockPool const& pool) const {
    return piece(pool, piece(pool, head_).previous).end();
  }

 private:
  /// At the beginning of the first block of a piece; its data follow, and fill further blocks.
  struct Piece {
    std::uint32_t next, previous;  // the first piece has the last as previous
    std::uint32_t begin, size;
    std::uint32_t skip;   // bytes in the blocks that are no longer in the piece
    PieceRange original;  // as it arrived
    std::uint32_t end() const { return begin + size; }
  };
  static constexpr std::uint32_t kFirstData = BlockPool::kDataSize - sizeof(Piece);

  static Piece& piece(BlockPool& pool, std::uint32_t index) {
    return *reinterpret_cast<Piece*>(pool[index].data);
  }
  static Piece const& piece(BlockPool const& pool, std::uint32_t index) {
    return *reinterpret_cast<Piece const*>(pool[index].data);
  }
  template <class Sink>
  static void visit(BlockPool const& pool, std::uint32_t index, std::uint32_t offset,
                    std::uint32_t count, Sink&& sink);
  static std::uint32_t create(BlockPool& pool, std::uint32_t offset, Bytes bytes,
                              PieceRange original);
  static bool append(BlockPool& pool, std::uint32_t& tail, Bytes bytes);
  static bool equal(BlockPool const& pool, std::uint32_t index, std::uint32_t offset, Bytes bytes);
  bool find(BlockPool const& pool, std::uint32_t offset, std::uint32_t& place) const;
  bool create_runs(BlockPool& pool, std::uint32_t place, PieceRange range, Bytes bytes,
                   OverlapPolicy policy, std::uint32_t& runs, Inserted& result) const;
  void link(BlockPool& pool, std::uint32_t index, std::uint32_t place);
  void unlink(BlockPool& pool, std::uint32_t index);
  std::uint32_t trim(BlockPool& pool, std::uint32_t index, PieceRange range);

  std::uint32_t head_ = BlockPool::kNone;
  std::uint32_t bytes_ = 0;
};
static_assert(sizeof(SegmentQueue) == 8);

/// Calls `sink` for `count` bytes of a piece, all within it, from `offset` on.
template <class Sink>
void SegmentQueue::visit(BlockPool const& pool, std::uint32_t index, std::uint32_t offset,
                         std::uint32_t count, Sink&& sink) {
  auto const& source = piece(pool, index);
  auto skip = source.skip + (offset - source.begin);
  std::uint32_t first = sizeof(Piece);
  while (count > 0) {
    auto const held = BlockPool::kDataSize - first;
    auto const part = skip < held ? std::min(held - skip, count) : 0;
    if (part > 0) sink(Bytes{pool[index].data + first + skip, part});
    count -= part;
    skip -= std::min(skip, held);
    first = 0;
    index = pool[index].next;
  }
}

template <class Sink>
std::uint32_t SegmentQueue::take_front(BlockPool& pool, std::uint32_t offset, Sink&& sink) {
  while (head_ != BlockPool::kNone && distance(begin(pool), offset) <= 0) {
    auto const index = head_;
    auto const end = piece(pool, index).end();
    if (distance(end, offset) > 0) {
      visit(pool, index, offset, end - offset, sink);
      offset = end;
    }
    unlink(pool, index);
  }
  return offset;
}

}  // namespace warpline::ids
