// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace warpline::ipsec {

/// Which file a path led to, and its last change; zeros where it is no regular file.
struct FileVersion {
  std::uint64_t device = 0, inode = 0, size = 0, seconds = 0, nanoseconds = 0;

  static FileVersion of(std::string const& path);
  bool regular() const { return inode != 0; }
  friend bool operator==(FileVersion const&, FileVersion const&) = default;
};

/// A lock on a file (flock) while the object lives; the system frees it when the program dies.
class FileLock {
 public:
  /// Throws `ConfigError` where another program has it, or where the file is no longer `version`.
  FileLock(std::string const& path, FileVersion const& version, bool exclusive);
  FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~FileLock();

 private:
  int file_;
};

}  // namespace warpline::ipsec
