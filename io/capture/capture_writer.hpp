// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/output_file.hpp"
#include "core/packet/packet.hpp"

namespace warpline {

/// Writes a capture file: pcap, Ethernet, nanoseconds.
///
/// Frames gather in a buffer and leave it in large writes. While the file takes no more (a full
/// disk), the buffer keeps what it holds and is written again once a second; the file then ends
/// after a whole record. Between `begin` and `finish` the caller holds `lock()` around calls where
/// another thread may call any.
class CaptureWriter final : public OutputFile {
 public:
  static constexpr std::uint32_t kMaxFrameBytes = 65535;

  /// Checks that the file can be written, without changing what is in it or making it; `-` is
  /// standard output. Throws `ConfigError` where it cannot.
  explicit CaptureWriter(std::string path, std::string owner = {});
  ~CaptureWriter() override;

  /// Makes the file an empty capture. Throws `ConfigError`.
  void begin();
  std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }
  /// Before frames are written: writes again what waits, where that has failed a second ago.
  void retry() noexcept;
  /// Adds a frame of at most `kMaxFrameBytes`. False while the file takes no more and the buffer is
  /// full: the frame counts as lost. A time of 2^32 seconds or more becomes the last that a pcap can
  /// tell, and is counted.
  bool write(Bytes frame, std::uint64_t time_ns) noexcept;
  /// Counts frames that were not even tried, since the one before them was lost.
  void lose(std::uint64_t frames) noexcept { note_lost(frames); }
  /// Brings everything to the file and closes it; what cannot be written is revoked. Further calls
  /// do nothing.
  void finish() noexcept;

  /// Takes the lock. A file that is there already is taken only if it is empty, as log rotation
  /// makes it.
  Reopened reopen(std::string& reason) override;

  /// The system's reason of the last write that failed; empty if none has.
  std::string error_text() const;
  /// Whether both are the same file, by whatever names.
  bool is_file(std::string const& other) const;

 private:
  static constexpr std::size_t kBufferBytes = std::size_t{256} << 10;

  bool flush() noexcept;
  bool flush_header() noexcept;
  int write_some(std::uint8_t const* from, std::size_t size, std::size_t& done) noexcept;
  void keep_rest(int error) noexcept;
  bool truncate_back(std::size_t size) noexcept;
  void revoke_rest() noexcept;
  int open_new(std::string& reason) const;

  std::mutex mutex_;
  int file_ = -1;
  bool begun_ = false;
  std::size_t header_done_ = 0;       // bytes of the file's header that are written
  std::vector<std::uint8_t> buffer_;  // whole records, from the first that is not in the file
  std::size_t size_ = 0;              // bytes used of it
  std::size_t done_ = 0;              // bytes of it that are written; below the first record's size
  std::size_t frames_ = 0;            // records in it
};

}  // namespace warpline
