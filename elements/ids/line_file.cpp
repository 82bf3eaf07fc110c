// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/line_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.hpp"

namespace warpline::ids {

LineFile::LineFile(std::string path)
    : path_(std::move(path)),
      descriptor_(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644)),
      buffer_(kBufferBytes) {
  if (descriptor_ < 0) throw ConfigError(path_ + ": cannot be written: " + std::strerror(errno));
}

LineFile::~LineFile() {
  flush();
  ::close(descriptor_);
}

char* LineFile::begin_line() noexcept {
  if (buffer_.size() - size_ < kMaxLineBytes) flush();
  return buffer_.data() + size_;
}

void LineFile::end_line(char const* end) noexcept {
  size_ = static_cast<std::size_t>(end - buffer_.data());
  ++waiting_lines_;
  ++lines_;
}

void LineFile::flush() noexcept {
  if (size_ == 0) return;
  bool const written = (!torn_ || write_all("\n")) && write_all({buffer_.data(), size_});
  if (!written) lost_lines_ += waiting_lines_;
  size_ = 0;
  waiting_lines_ = 0;
}

bool LineFile::write_all(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    auto const written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      if (failure_.empty()) failure_ = path_ + ": " + std::strerror(written < 0 ? errno : ENOSPC);
      return false;
    }
    torn_ = bytes[static_cast<std::size_t>(written) - 1] != '\n';
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace warpline::ids
