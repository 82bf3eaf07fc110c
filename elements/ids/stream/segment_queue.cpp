// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/stream/segment_queue.hpp"

#include <cstring>

namespace warpline::ids {
namespace {

constexpr auto kNone = BlockPool::kNone;

constexpr std::uint32_t kMaxDistance = 1u << 29;

bool is_far(std::uint32_t a, std::uint32_t b) { return a - b + kMaxDistance > 2 * kMaxDistance; }

Bytes part_of(PieceRange range, Bytes bytes, std::uint32_t begin, std::uint32_t end) {
  return {bytes.data + (begin - range.offset), end - begin};
}

}  // namespace

/// Adds bytes after those in a piece's last block; false if the pool is exhausted.
bool SegmentQueue::append(BlockPool& pool, std::uint32_t& tail, Bytes bytes) {
  while (bytes.size > 0) {
    if (pool[tail].end == BlockPool::kDataSize) {
      auto const index = pool.allocate();
      if (index == kNone) return false;
      pool[tail].next = index;
      tail = index;
    }
    auto& block = pool[tail];
    auto const part = std::min(BlockPool::kDataSize - block.end, bytes.size);
    std::memcpy(block.data + block.end, bytes.data, part);
    block.end = static_cast<std::uint16_t>(block.end + part);
    bytes = bytes.after(part);
  }
  return true;
}

/// A piece that is not in a queue yet; `kNone` if the pool is exhausted.
std::uint32_t SegmentQueue::create(BlockPool& pool, std::uint32_t offset, Bytes bytes,
                                   PieceRange original) {
  auto const index = pool.allocate();
  if (index == kNone) return kNone;
  pool[index].end = sizeof(Piece);
  piece(pool, index) = {kNone, kNone, offset, bytes.size, 0, original};
  auto tail = index;
  if (append(pool, tail, bytes)) return index;
  pool.release(index);
  return kNone;
}

bool SegmentQueue::equal(BlockPool const& pool, std::uint32_t index, std::uint32_t offset,
                         Bytes bytes) {
  bool equal = true;
  visit(pool, index, offset, bytes.size, [&](Bytes part) {
    equal = equal && std::memcmp(part.data, bytes.data, part.size) == 0;
    bytes = bytes.after(part.size);
  });
  return equal;
}

/// Finds the first piece that ends after `offset`, or `kNone`; false if it is too far from both
/// ends.
bool SegmentQueue::find(BlockPool const& pool, std::uint32_t offset, std::uint32_t& place) const {
  place = kNone;
  if (head_ == kNone) return true;
  auto last = piece(pool, head_).previous;
  if (distance(piece(pool, last).end(), offset) <= 0) return true;
  auto first = head_;
  for (unsigned step = 0; step < kMaxSteps; ++step) {
    place = first;
    if (distance(piece(pool, first).end(), offset) > 0) return true;
    first = piece(pool, first).next;
    place = last;
    auto const previous = piece(pool, last).previous;
    if (last == head_ || distance(piece(pool, previous).end(), offset) <= 0) return true;
    last = previous;
  }
  return false;
}

/// Creates the pieces for the bytes that the policy accepts, in order and linked by `next`, and
/// looks at those that stand in their place. False if the pool is exhausted.
bool SegmentQueue::create_runs(BlockPool& pool, std::uint32_t place, PieceRange range, Bytes bytes,
                               OverlapPolicy policy, std::uint32_t& runs, Inserted& result) const {
  auto tail = kNone;
  auto begin = range.offset;
  auto const add_run = [&](std::uint32_t end) {
    if (begin == end) return true;
    auto const index = create(pool, begin, part_of(range, bytes, begin, end), range);
    if (index == kNone) return false;
    (tail == kNone ? runs : piece(pool, tail).next) = index;
    tail = index;
    result.accepted += end - begin;
    result.first_byte = result.first_byte || begin == range.offset;
    return true;
  };
  for (auto index = place; index != kNone; index = piece(pool, index).next) {
    auto const& other = piece(pool, index);
    if (distance(other.begin, range.end()) >= 0) break;
    auto const low = distance(other.begin, range.offset) > 0 ? other.begin : range.offset;
    auto const high = distance(other.end(), range.end()) < 0 ? other.end() : range.end();
    result.overlaps = true;
    result.different =
        result.different || !equal(pool, index, low, part_of(range, bytes, low, high));
    if (later_wins(policy, other.original, range)) continue;
    if (!add_run(low)) return false;
    begin = high;
  }
  return add_run(range.end());
}

SegmentQueue::Inserted SegmentQueue::insert(BlockPool& pool, std::uint32_t offset, Bytes bytes,
                                            OverlapPolicy policy) {
  Inserted result;
  if (bytes.size == 0) return result;
  PieceRange const range{offset, bytes.size};
  bool const far = bytes.size > kMaxDistance ||
                   (head_ != kNone && (is_far(offset, begin(pool)) || is_far(offset, end(pool))));
  auto place = kNone;
  if (far || !find(pool, offset, place)) {
    result.refused = true;
    return result;
  }
  auto runs = kNone;
  auto rest = kNone;  // the end of a piece that the new one divides
  bool enough = create_runs(pool, place, range, bytes, policy, runs, result);
  if (enough && runs != kNone && place != kNone) {
    auto const& other = piece(pool, place);
    if (distance(other.begin, offset) < 0 && distance(other.end(), range.end()) > 0) {
      rest = create(pool, range.end(), {}, other.original);
      auto tail = rest;
      enough = rest != kNone;
      visit(pool, place, range.end(), other.end() - range.end(),
            [&](Bytes part) { enough = enough && append(pool, tail, part); });
    }
  }
  if (!enough) {
    while (runs != kNone) {
      auto const next = piece(pool, runs).next;
      pool.release(runs);
      runs = next;
    }
    pool.release(rest);
    result.accepted = 0;
    result.first_byte = false;
    result.out_of_memory = true;
    return result;
  }
  if (rest != kNone) {
    auto& other = piece(pool, place);
    piece(pool, rest).size = other.end() - range.end();
    auto const after = other.next;
    bytes_ -= other.end() - offset;
    other.size = offset - other.begin;
    link(pool, rest, after);
    place = rest;
  }
  while (runs != kNone) {
    auto const index = runs;
    auto const& run = piece(pool, index);
    runs = run.next;
    PieceRange const own{run.begin, run.size};
    while (place != kNone && distance(piece(pool, place).begin, own.end()) < 0)
      place = trim(pool, place, own);
    link(pool, index, place);
  }
  return result;
}

/// Takes a range, which does not lie within a piece, from the piece. Returns the first piece that
/// is not before the end of what is left of it.
std::uint32_t SegmentQueue::trim(BlockPool& pool, std::uint32_t index, PieceRange range) {
  auto& other = piece(pool, index);
  auto const next = other.next;
  if (distance(other.end(), range.offset) <= 0) return next;
  if (distance(other.begin, range.offset) < 0) {
    bytes_ -= other.end() - range.offset;
    other.size = range.offset - other.begin;
    return next;
  }
  if (distance(other.end(), range.end()) <= 0) {
    unlink(pool, index);
    return next;
  }
  auto const count = range.end() - other.begin;
  bytes_ -= count;
  other.begin += count;
  other.skip += count;
  other.size -= count;
  return index;
}

/// Puts a piece before `place`; last, if that is `kNone`.
void SegmentQueue::link(BlockPool& pool, std::uint32_t index, std::uint32_t place) {
  auto& added = piece(pool, index);
  bytes_ += added.size;
  added.next = place;
  if (head_ == kNone) {
    added.previous = index;
    head_ = index;
    return;
  }
  auto& follower = piece(pool, place == kNone ? head_ : place);  // a ring for `previous`
  added.previous = follower.previous;
  follower.previous = index;
  if (place == head_)
    head_ = index;
  else
    piece(pool, added.previous).next = index;
}

void SegmentQueue::unlink(BlockPool& pool, std::uint32_t index) {
  auto const& removed = piece(pool, index);
  bytes_ -= removed.size;
  if (removed.next != kNone)
    piece(pool, removed.next).previous = removed.previous;
  else if (index != head_)
    piece(pool, head_).previous = removed.previous;
  if (index == head_)
    head_ = removed.next;
  else
    piece(pool, removed.previous).next = removed.next;
  pool.release(index);
}

void SegmentQueue::clear(BlockPool& pool) {
  while (head_ != kNone) unlink(pool, head_);
}

}  // namespace warpline::ids
