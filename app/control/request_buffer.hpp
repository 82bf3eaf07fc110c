// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace warpline::app {

/// Bytes of a client's requests as they arrive. Requests contain keys, so bytes that leave the
/// buffer are overwritten. `data_` has `capacity_` bytes; those from `begin_` to `end_` are in use.
class RequestBuffer {
 public:
  explicit RequestBuffer(std::size_t capacity)
      : data_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}
  ~RequestBuffer() { ::explicit_bzero(data_.get(), capacity_); }
  RequestBuffer(RequestBuffer const&) = delete;
  RequestBuffer& operator=(RequestBuffer const&) = delete;

  std::size_t size() const { return end_ - begin_; }
  std::size_t capacity() const { return capacity_; }
  bool full() const { return size() == capacity_; }

  /// Where the next bytes go; empty if the buffer is full.
  std::span<char> room() {
    if (begin_ != 0) resize(capacity_);
    return {data_.get() + end_, capacity_ - end_};
  }
  /// `count` bytes were written to `room()`.
  void commit(std::size_t count) { end_ += count; }

  /// The first line without its end, if it is complete.
  std::optional<std::string_view> line() {
    auto const* const first = data_.get() + begin_;
    auto const* const last = data_.get() + end_;
    auto const* const newline = std::find(first + searched_, last, '\n');
    searched_ = static_cast<std::size_t>(newline - first);
    if (newline == last) return std::nullopt;
    return std::string_view(first, searched_);
  }
  /// Removes the line that `line()` returned, and its end.
  void remove_line() {
    auto const count = searched_ + 1;
    ::explicit_bzero(data_.get() + begin_, count);
    begin_ += count;
    searched_ = 0;
  }

  /// Moves the bytes to memory of `capacity` bytes, at least `size()`, and to its begin.
  void resize(std::size_t capacity) {
    auto const bytes = size();
    if (capacity == capacity_) {
      std::memmove(data_.get(), data_.get() + begin_, bytes);
      ::explicit_bzero(data_.get() + bytes, end_ - bytes);
    } else {
      auto next = std::make_unique_for_overwrite<char[]>(capacity);
      std::memcpy(next.get(), data_.get() + begin_, bytes);
      ::explicit_bzero(data_.get(), capacity_);
      data_ = std::move(next);
      capacity_ = capacity;
    }
    begin_ = 0;
    end_ = bytes;
  }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t capacity_;
  std::size_t begin_ = 0, end_ = 0;
  std::size_t searched_ = 0;  // bytes after `begin_` without an end of line
};

}  // namespace warpline::app
