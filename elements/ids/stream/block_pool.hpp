// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace warpline::ids {

/// A fixed amount of memory in blocks of 512 bytes, for data that waits for other data. Allocates
/// nothing after construction, and touches a block only when it is first used. One thread.
class BlockPool {
 public:
  static constexpr std::uint32_t kNone = ~0u;
  static constexpr std::uint32_t kBlockSize = 512, kDataSize = kBlockSize - 12;

  /// A block of a chain. `previous`, and what is in `data` between `begin` and `end`, is up to the
  /// user.
  struct Block {
    std::uint32_t next, previous;
    std::uint16_t begin, end;
    std::uint8_t data[kDataSize];
  };

  /// `bytes`: of all blocks, rounded down to whole ones.
  explicit BlockPool(std::size_t bytes);
  ~BlockPool();
  BlockPool(BlockPool const&) = delete;
  BlockPool& operator=(BlockPool const&) = delete;

  /// Exchanges all blocks and counts.
  void swap(BlockPool& other) noexcept;

  Block& operator[](std::uint32_t index) { return blocks_[index]; }
  Block const& operator[](std::uint32_t index) const { return blocks_[index]; }

  /// A block at the end of a chain and without data; `kNone` if all are in use.
  std::uint32_t allocate();
  /// Frees a block and those that follow it in its chain; `kNone` is a chain without blocks.
  void release(std::uint32_t head);
  /// Frees a block alone. Returns the one that follows it.
  std::uint32_t release_one(std::uint32_t index);

  std::uint32_t capacity() const { return capacity_; }  ///< blocks
  std::uint32_t in_use() const { return in_use_; }      ///< blocks
  /// Allocations that failed.
  std::uint64_t exhausted() const { return exhausted_; }

 private:
  std::uint32_t capacity_;
  Block* blocks_;
  std::uint32_t free_ = kNone;
  std::uint32_t first_unused_ = 0;  // this block and later ones were never in use
  std::uint32_t in_use_ = 0;
  std::uint64_t exhausted_ = 0;
};
static_assert(sizeof(BlockPool::Block) == BlockPool::kBlockSize);

}  // namespace warpline::ids
