// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace warpline::ids {

/// The transactions of a session, numbered from 0. Removed ones are used again, with the memory that
/// they hold: `Transaction` has `clear()` and `memory()`. References stay valid until the next `add`.
template <class Transaction>
class TransactionRing {
 public:
  std::uint64_t first() const { return first_; }
  std::uint64_t end() const { return end_; }

  Transaction& operator[](std::uint64_t number) { return slots_[number & (slots_.size() - 1)]; }
  Transaction const& operator[](std::uint64_t number) const {
    return slots_[number & (slots_.size() - 1)];
  }
  /// A cleared transaction with the number `end()`.
  Transaction& add() {
    if (end_ - first_ == slots_.size()) grow();
    auto& transaction = (*this)[end_++];
    transaction.clear();
    return transaction;
  }
  void remove_first() { ++first_; }
  void reset() { first_ = end_ = 0; }

  std::size_t memory() const {
    std::size_t bytes = slots_.capacity() * sizeof(Transaction);
    for (auto const& slot : slots_) bytes += slot.memory();
    return bytes;
  }

 private:
  void grow() {
    std::vector<Transaction> larger(slots_.empty() ? 1 : slots_.size() * 2);
    for (auto number = first_; number < end_; ++number)
      larger[number & (larger.size() - 1)] = std::move((*this)[number]);
    slots_.swap(larger);
  }

  std::vector<Transaction> slots_;  // their number is a power of 2
  std::uint64_t first_ = 0, end_ = 0;
};

}  // namespace warpline::ids
