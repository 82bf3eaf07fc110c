// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/stream/byte_chain.hpp"

#include <cstring>

namespace warpline::ids {

std::uint32_t ByteChain::append(BlockPool& pool, Bytes bytes) {
  std::uint32_t taken = 0;
  while (taken < bytes.size) {
    if (tail == BlockPool::kNone || pool[tail].end == BlockPool::kDataSize) {
      auto const index = pool.allocate();
      if (index == BlockPool::kNone) break;
      (tail == BlockPool::kNone ? head : pool[tail].next) = index;
      pool[index].previous = tail;
      tail = index;
    }
    auto& block = pool[tail];
    auto const part = std::min(BlockPool::kDataSize - block.end, bytes.size - taken);
    std::memcpy(block.data + block.end, bytes.data + taken, part);
    block.end = static_cast<std::uint16_t>(block.end + part);
    taken += part;
  }
  size += taken;
  return taken;
}

void ByteChain::discard_before(BlockPool& pool, std::uint32_t offset) {
  auto const before = static_cast<std::int32_t>(offset - begin);
  if (before <= 0) return;
  auto count = std::min(static_cast<std::uint32_t>(before), size);
  begin += count;
  size -= count;
  while (head != BlockPool::kNone) {
    auto& block = pool[head];
    std::uint32_t const held = block.end - block.begin;
    if (count < held) {
      block.begin = static_cast<std::uint16_t>(block.begin + count);
      return;
    }
    count -= held;
    head = pool.release_one(head);
  }
  tail = BlockPool::kNone;
}

ByteChain::Place ByteChain::find(BlockPool const& pool, std::uint32_t offset) const {
  auto const held = [&](std::uint32_t index) -> std::uint32_t {
    return pool[index].end - pool[index].begin;
  };
  auto skip = offset - begin;
  auto rest = size - skip;
  if (skip < rest) {
    auto index = head;
    for (; skip >= held(index); index = pool[index].next) skip -= held(index);
    return {index, skip};
  }
  auto index = tail;
  for (; rest > held(index); index = pool[index].previous) rest -= held(index);
  return {index, held(index) - rest};
}

bool ByteChain::copy(BlockPool const& pool, std::uint32_t offset, std::uint32_t count,
                     std::uint8_t* out) const {
  if (!has(offset, count)) return false;
  visit(pool, offset, count, [&](Bytes part) {
    std::memcpy(out, part.data, part.size);
    out += part.size;
  });
  return true;
}

void ByteChain::clear(BlockPool& pool) {
  pool.release(head);
  *this = {};
}

}  // namespace warpline::ids
