// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "elements/ids/append_file.hpp"

namespace warpline::ids {

class LineWriter;

/// One worker's lines on their way to a file, which the thread of a `LineWriter` writes.
///
/// A ring of bytes with a fixed size. While the file cannot be written, lines wait in the ring; lines
/// that do not fit are lost and counted by the file. One thread calls `put` and `finish`; `put`
/// never allocates, blocks only after `set_waits(true)`, and wakes the writer when the ring is half
/// full.
class LineQueue {
 public:
  static constexpr std::size_t kBytes = 1024 * 1024;

  /// `bytes`: capacity; rounded up to a power of two.
  LineQueue(std::shared_ptr<LineWriter> writer, std::shared_ptr<AppendFile> file,
            std::size_t bytes = kBytes);
  /// As `finish`.
  ~LineQueue();
  LineQueue(LineQueue const&) = delete;
  LineQueue& operator=(LineQueue const&) = delete;

  /// Whether `put` waits for the writer if the ring is full, as `finish` does: for callers that lose
  /// nothing while they wait, such as readers of captures. False at first.
  void set_waits(bool waits) noexcept { waits_ = waits; }
  /// Appends one line with its `\n`. Returns false if the line is lost.
  bool put(std::string_view line) noexcept;
  /// Counts a line that the caller could not build.
  void lose() noexcept;
  /// Waits until the file has all lines; lines that cannot be written are lost. May block.
  void finish() noexcept;

  std::uint64_t lines() const { return lines_; }  ///< accepted or lost; for the thread of `put`
  AppendFile const& file() const { return *file_; }

 private:
  friend class LineWriter;

  std::size_t waiting() const;
  void write(bool final, std::vector<char>& joined) noexcept;
  void copy_in(std::uint64_t position, std::string_view bytes) noexcept;

  std::shared_ptr<LineWriter> writer_;
  std::shared_ptr<AppendFile> file_;
  std::vector<char> ring_;
  std::uint64_t lines_ = 0;
  bool waits_ = false;
  std::atomic<std::uint32_t> finish_requests_{0}, finishes_{0};
  alignas(64) std::atomic<std::uint64_t> end_{0};    // bytes ever put
  alignas(64) std::atomic<std::uint64_t> begin_{0};  // bytes ever taken out
};

}  // namespace warpline::ids
