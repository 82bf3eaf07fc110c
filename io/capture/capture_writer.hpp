// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/output_file.hpp"
#include "core/net/link_type.hpp"
#include "core/packet/packet.hpp"

namespace warpline {

/// Writes a capture file: pcap, nanoseconds, frames of one link type.
///
/// Frames collect in a buffer and are written in large writes. While the file cannot be written (a
/// full disk), the buffer keeps its frames and a write is tried once a second; the file then ends
/// after a whole record. Between `begin` and `finish` the caller holds `lock()` around calls that
/// several threads may make.
class CaptureWriter final : public OutputFile {
 public:
  static constexpr std::uint32_t kMaxFrameBytes = 65535;

  /// Checks that the file can be written, without creating or changing it; `-` is standard output.
  /// `link`: the number of the frames' link type. Throws `ConfigError` if it cannot.
  explicit CaptureWriter(std::string path, std::string owner = {},
                         std::uint32_t link = number_of(LinkType::kEthernet));
  ~CaptureWriter() override;

  /// Makes the file an empty capture. Throws `ConfigError`.
  void begin();
  std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }
  /// Call before frames are written: retries a write that failed a second ago or earlier.
  void retry() noexcept;
  /// Adds a frame of at most `kMaxFrameBytes`. Returns false while the file cannot be written and
  /// the buffer is full: the frame counts as lost. A time of 2^32 seconds or more becomes the last
  /// one that a pcap can represent, and is counted.
  bool write(Bytes frame, std::uint64_t time_ns) noexcept;
  /// Counts frames that were not even tried, since the one before them was lost.
  void lose(std::uint64_t frames) noexcept { note_lost(frames); }
  /// Writes everything to the file and closes it; frames that cannot be written are revoked.
  /// Further calls do nothing.
  void finish() noexcept;

  /// Takes the lock. An existing file is taken only if it is empty, as log rotation creates it.
  Reopened reopen(std::string& reason) override;

  /// The system's reason for the last write that failed; empty if none failed.
  std::string error_text() const;
  /// True if both names lead to the same file.
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
  std::uint32_t link_;
  std::size_t header_done_ = 0;       // bytes of the file's header that are written
  std::vector<std::uint8_t> buffer_;  // whole records, from the first that is not in the file
  std::size_t size_ = 0;              // bytes used
  std::size_t done_ = 0;    // bytes that are written; less than the size of the first record
  std::size_t frames_ = 0;  // records in it
};

}  // namespace warpline
