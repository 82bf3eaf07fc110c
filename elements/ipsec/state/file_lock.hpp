// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace warpline::ipsec {

/// The file at a path, and its last change; zeros if it is not a regular file.
struct FileVersion {
  std::uint64_t device = 0, inode = 0, size = 0, seconds = 0, nanoseconds = 0;

  static FileVersion of(std::string const& path);
  bool regular() const { return inode != 0; }
  friend bool operator==(FileVersion const&, FileVersion const&) = default;
};

/// A lock on a file (flock) for the lifetime of the object; the system releases it when the program
/// ends.
class FileLock {
 public:
  /// Throws `ConfigError` if another program has it, or if the file is no longer `version`.
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
