// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/line_file.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace warpline::ids {

LineFile::LineFile(std::shared_ptr<AppendFile> file)
    : file_(std::move(file)), buffer_(kBufferBytes + kMaxLineBytes) {}

LineFile::~LineFile() { finish(); }

char* LineFile::begin_line() noexcept {
  if (size_ + kMaxLineBytes > kBufferBytes) flush();
  return buffer_.data() + size_;
}

void LineFile::end_line(char const* end) noexcept {
  ++lines_;
  auto const size = static_cast<std::size_t>(end - buffer_.data());
  if (size <= kBufferBytes)
    size_ = size;
  else
    file_->lose(1);
}

void LineFile::flush(bool final) noexcept {
  if (size_ == 0) return;
  auto const written = file_->write({buffer_.data(), size_}, final);
  size_ -= written;
  if (written > 0) std::memmove(buffer_.data(), buffer_.data() + written, size_);
}

void LineFile::finish() noexcept {
  flush(true);
  if (size_ == 0) return;
  auto const* const begin = buffer_.data();
  file_->lose(static_cast<std::size_t>(std::count(begin, begin + size_, '\n')));
  size_ = 0;
}

}  // namespace warpline::ids
