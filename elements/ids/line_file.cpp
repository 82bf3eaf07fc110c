// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/line_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/error.hpp"

namespace warpline::ids {

namespace {

[[noreturn]] void refuse(std::string const& path) {
  throw ConfigError(path + ": cannot be written: " + std::strerror(errno));
}

}  // namespace

LineFile::LineFile(std::string path)
    : path_(std::move(path)),
      descriptor_(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644)),
      buffer_(kBufferBytes) {
  if (descriptor_ < 0) refuse(path_);
}

void LineFile::check(std::string const& path) {
  int const descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor >= 0) {
    ::close(descriptor);
    return;
  }
  if (errno != ENOENT) refuse(path);
  auto const folder = std::filesystem::path(path).parent_path();
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0) refuse(path);
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
