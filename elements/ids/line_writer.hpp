// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

namespace warpline::ids {

class LineQueue;

/// The thread that writes the lines of all workers to their files: one for a process, an object of
/// the `SharedStore`.
///
/// It looks at its queues every few milliseconds, and at once when a queue is half full. Thread-safe.
class LineWriter {
 public:
  static constexpr std::chrono::milliseconds kInterval{5};

  LineWriter();
  ~LineWriter();
  LineWriter(LineWriter const&) = delete;
  LineWriter& operator=(LineWriter const&) = delete;

  /// Looks at the queues now. Never blocks.
  void wake() noexcept;

 private:
  friend class LineQueue;

  void add(LineQueue& queue);
  void remove(LineQueue& queue) noexcept;
  void run() noexcept;
  void write_all() noexcept;

  std::mutex mutex_;  // of `queues_` and `joined_`; no worker takes it for a line
  std::vector<LineQueue*> queues_;
  std::vector<char> joined_;
  std::counting_semaphore<> due_{0};
  std::atomic<bool> woken_{false}, stop_{false};
  std::thread thread_;
};

}  // namespace warpline::ids
