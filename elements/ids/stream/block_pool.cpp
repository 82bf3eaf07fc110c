// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/stream/block_pool.hpp"

#include <algorithm>
#include <utility>

#include "core/base/big_pages.hpp"

namespace warpline::ids {
namespace {

constexpr std::size_t kAlignment = 64;

}  // namespace

BlockPool::BlockPool(std::size_t bytes)
    : capacity_(static_cast<std::uint32_t>(std::min<std::size_t>(bytes / kBlockSize, kNone - 1))),
      blocks_(static_cast<Block*>(
          big_pages()->allocate(std::size_t{capacity_} * kBlockSize, kAlignment))) {}

BlockPool::~BlockPool() {
  big_pages()->deallocate(blocks_, std::size_t{capacity_} * kBlockSize, kAlignment);
}

void BlockPool::swap(BlockPool& other) noexcept {
  std::swap(capacity_, other.capacity_);
  std::swap(blocks_, other.blocks_);
  std::swap(free_, other.free_);
  std::swap(first_unused_, other.first_unused_);
  std::swap(in_use_, other.in_use_);
  std::swap(exhausted_, other.exhausted_);
}

std::uint32_t BlockPool::allocate() {
  auto index = free_;
  if (index != kNone) {
    free_ = blocks_[index].next;
  } else if (first_unused_ < capacity_) {
    index = first_unused_++;
  } else {
    ++exhausted_;
    return kNone;
  }
  auto& block = blocks_[index];
  block.next = kNone;
  block.begin = block.end = 0;
  ++in_use_;
  return index;
}

std::uint32_t BlockPool::release_one(std::uint32_t index) {
  auto const next = blocks_[index].next;
  blocks_[index].next = free_;
  free_ = index;
  --in_use_;
  return next;
}

void BlockPool::release(std::uint32_t head) {
  while (head != kNone) head = release_one(head);
}

}  // namespace warpline::ids
