// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace warpline {

/// A first-in first-out queue over an array that is allocated once. The caller never pushes more
/// than `capacity` items. One thread.
template <class T>
class Fifo {
 public:
  explicit Fifo(std::size_t capacity) : items_(capacity) {}
  bool empty() const { return begin_ == end_; }
  std::size_t size() const { return end_ - begin_; }
  T const& front() const { return items_[begin_ % items_.size()]; }
  void push(T item) { items_[end_++ % items_.size()] = std::move(item); }
  T pop() { return std::move(items_[begin_++ % items_.size()]); }

 private:
  std::vector<T> items_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace warpline
