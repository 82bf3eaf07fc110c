// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warpline::ids {

/// A text file that grows by whole lines, written in large chunks.
///
/// Lines gather in a buffer of fixed size and leave it together, by one system call where the
/// system takes them at once; several writers of the same path (one a worker) do not mix within a
/// chunk. A chunk that cannot be written is lost and its lines are counted; the next one is tried
/// again. One thread at a time.
class LineFile {
 public:
  static constexpr std::size_t kBufferBytes = 256 * 1024;
  static constexpr std::size_t kMaxLineBytes = 16 * 1024;

  /// Opens `path` for appending, and makes it if it is not there.
  /// Throws `ConfigError` with the path and the system's reason.
  explicit LineFile(std::string path);
  /// Throws as the constructor would, but makes nothing.
  static void check(std::string const& path);
  ~LineFile();
  LineFile(LineFile const&) = delete;
  LineFile& operator=(LineFile const&) = delete;

  /// Room for a line of up to `kMaxLineBytes`; writes out what waits if the buffer has no such
  /// room.
  char* begin_line() noexcept;

  /// Takes in the line that was put at `begin_line()` and ends before `end`, its `\n` included.
  void end_line(char const* end) noexcept;

  /// Writes what waits.
  void flush() noexcept;

  std::size_t waiting_bytes() const { return size_; }
  std::uint64_t lines() const { return lines_; }            ///< taken in
  std::uint64_t lost_lines() const { return lost_lines_; }  ///< could not be written

  /// `path: reason` of the first write that failed; empty while none has.
  std::string const& failure() const { return failure_; }

 private:
  bool write_all(std::string_view bytes) noexcept;

  std::string path_;
  int descriptor_;
  std::vector<char> buffer_;
  std::size_t size_ = 0;
  std::uint64_t waiting_lines_ = 0, lines_ = 0, lost_lines_ = 0;
  bool torn_ = false;  // the file ends within a line
  std::string failure_;
};

}  // namespace warpline::ids
