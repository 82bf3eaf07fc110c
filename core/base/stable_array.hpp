// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>

namespace warpline {

/// Addresses reserved for a table that grows in place. The system provides memory when a byte is
/// first touched, in pages of 2 MiB if the kernel has them (see core/base/big_pages.hpp).
class AddressRange {
 public:
  /// Throws `std::bad_alloc` if the process may not reserve that many addresses.
  explicit AddressRange(std::size_t bytes);
  ~AddressRange();
  AddressRange(AddressRange const&) = delete;
  AddressRange& operator=(AddressRange const&) = delete;

  std::byte* data() const { return data_; }
  /// Makes the first `bytes` accessible; new bytes are 0. Throws `std::bad_alloc`. One thread;
  /// others may use what was accessible before.
  void commit(std::size_t bytes);
  /// Keeps the whole range out of core dumps (MADV_DONTDUMP).
  void exclude_from_dumps() noexcept;

 private:
  std::byte* data_ = nullptr;
  std::size_t bytes_, committed_ = 0;
};

/// An array that grows while other threads use its elements, which never move. New elements consist
/// of zero bytes, and the array destroys none: `T` must be valid in that form, or the owner
/// constructs and destroys each element in place.
template <class T>
class StableArray {
 public:
  explicit StableArray(std::size_t capacity) : range_(capacity * sizeof(T)), capacity_(capacity) {
    static_assert(alignof(T) <= 4096);
  }

  T* data() const { return reinterpret_cast<T*>(range_.data()); }
  T& operator[](std::size_t index) const { return data()[index]; }
  /// Accessible elements. Any thread.
  std::size_t size() const { return size_.load(std::memory_order_acquire); }
  std::size_t capacity() const { return capacity_; }
  /// For secrets: see `AddressRange`.
  void exclude_from_dumps() noexcept { range_.exclude_from_dumps(); }
  /// Makes `size` elements accessible, at most `capacity()`. Throws `std::bad_alloc` and leaves the
  /// array unchanged. One thread.
  void grow(std::size_t size) {
    if (size <= size_.load(std::memory_order_relaxed)) return;
    range_.commit(size * sizeof(T));
    size_.store(size, std::memory_order_release);
  }

 private:
  AddressRange range_;
  std::size_t capacity_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace warpline
