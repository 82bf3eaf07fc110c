// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "elements/ids/append_file.hpp"

namespace warpline::ids {

/// Collects one worker's lines for a file.
///
/// Lines collect in a buffer of fixed size and are written together, with one system call if the
/// system accepts them at once. Lines that cannot be written wait in the buffer; when that is full,
/// further lines are lost and counted. One thread at a time.
class LineFile {
 public:
  static constexpr std::size_t kBufferBytes = 256 * 1024;
  static constexpr std::size_t kMaxLineBytes = 16 * 1024;

  explicit LineFile(std::shared_ptr<AppendFile> file);
  /// As `finish`.
  ~LineFile();
  LineFile(LineFile const&) = delete;
  LineFile& operator=(LineFile const&) = delete;

  /// Space for a line of up to `kMaxLineBytes`; writes the waiting lines if the buffer has too
  /// little.
  char* begin_line() noexcept;

  /// Accepts the line between `begin_line()` and `end`, including its `\n`.
  void end_line(char const* end) noexcept;

  /// Writes the waiting lines, unless that failed less than a second ago.
  void flush() noexcept { flush(false); }
  /// Writes the waiting lines; lines that cannot be written are lost.
  void finish() noexcept;

  std::size_t waiting_bytes() const { return size_; }
  std::uint64_t lines() const { return lines_; }  ///< accepted or lost

  AppendFile const& file() const { return *file_; }

 private:
  void flush(bool final) noexcept;

  std::shared_ptr<AppendFile> file_;
  std::vector<char> buffer_;  // its last `kMaxLineBytes` hold only a line that is lost
  std::size_t size_ = 0;
  std::uint64_t lines_ = 0;
};

}  // namespace warpline::ids
