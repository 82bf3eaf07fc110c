// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace warpline {

/// A file that a run writes while packets flow, as the control thread sees it.
///
/// The writer counts the units that it wrote and lost, and records when writing begins to fail. The
/// control thread informs the user and reopens the file by its name. Any thread may read.
class OutputFile {
 public:
  /// `unit`: what the file consists of, in the singular, such as `frame`. `owner`: the port or
  /// element that writes it.
  OutputFile(std::string path, std::string unit, std::string owner);
  virtual ~OutputFile() = default;
  OutputFile(OutputFile const&) = delete;
  OutputFile& operator=(OutputFile const&) = delete;

  std::string const& path() const noexcept { return path_; }
  std::string const& unit() const noexcept { return unit_; }
  std::string const& owner() const noexcept { return owner_; }

  /// Units that are in the file.
  std::uint64_t written() const noexcept { return written_.load(std::memory_order_relaxed); }
  /// Units that could not be written.
  std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }
  /// The part of `lost()` that the writer had accepted before, so that the packets were counted as
  /// transmitted, and their bytes. Final when the writer has finished.
  std::uint64_t revoked() const noexcept { return revoked_.load(std::memory_order_relaxed); }
  std::uint64_t revoked_bytes() const noexcept {
    return revoked_bytes_.load(std::memory_order_relaxed);
  }
  /// Units that were written with the closest time that the format can represent, because their
  /// time is too late for it.
  std::uint64_t clamped_times() const noexcept {
    return clamped_times_.load(std::memory_order_relaxed);
  }
  /// `errno` of the last write while writing fails; 0 while it works.
  int error() const noexcept { return error_.load(std::memory_order_relaxed); }
  /// `errno` of the last write that failed; 0 if none failed.
  int last_error() const noexcept { return last_error_.load(std::memory_order_relaxed); }
  /// Number of times that writing began to fail.
  std::uint64_t failures() const noexcept { return failures_.load(std::memory_order_acquire); }

  /// Time after a failure until the next write is tried; 1 s if not set. Call it before the first
  /// write.
  void set_retry_interval(std::chrono::milliseconds interval) { retry_interval_ = interval; }

  enum class Reopened : unsigned char { kSameFile, kNewFile, kNotPossible };
  /// Checks whether the path still leads to the file being written. If not, the writer continues in
  /// a new file there; if that fails, it keeps the old file and `reason` is why. Control thread.
  virtual Reopened reopen(std::string& reason) = 0;

 protected:
  /// For the writer: one thread at a time, or under the writer's lock.
  void note_failure(int error) noexcept;
  void note_success() noexcept { error_.store(0, std::memory_order_relaxed); }
  void note_written(std::uint64_t count) noexcept { add(written_, count); }
  void note_lost(std::uint64_t count) noexcept { add(lost_, count); }
  void note_revoked(std::uint64_t count, std::uint64_t bytes) noexcept;
  void note_clamped_time() noexcept { add(clamped_times_, 1); }
  /// False during the retry interval after a failed write.
  bool may_try() const noexcept;

 private:
  using Clock = std::chrono::steady_clock;
  static void add(std::atomic<std::uint64_t>& counter, std::uint64_t count) noexcept {
    counter.fetch_add(count, std::memory_order_relaxed);
  }

  std::string path_, unit_, owner_;
  std::atomic<std::uint64_t> written_{0}, lost_{0}, revoked_{0}, revoked_bytes_{0}, failures_{0};
  std::atomic<std::uint64_t> clamped_times_{0};
  std::atomic<int> error_{0}, last_error_{0};
  std::chrono::milliseconds retry_interval_{1000};
  Clock::time_point failed_at_;
};

/// The outputs of a run: a single object of the `SharedStore`. One thread fills it while ports and
/// graphs are built.
struct OutputFiles {
  std::vector<std::shared_ptr<OutputFile>> all;
};

}  // namespace warpline
