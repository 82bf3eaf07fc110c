// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace warpline::bench {

/// Thrown if a measurement is cancelled because of a signal.
struct Interrupted {};

/// Turns SIGINT, SIGTERM and SIGHUP into a request for an orderly end, for the lifetime of the
/// object.
///
/// The first signal is only recorded. A second one removes all scratch folders and ends the program
/// immediately, by that signal's default action. A SIGHUP that is ignored (nohup) stays ignored.
/// The signals are blocked in the calling thread and in all threads that it starts, so their system
/// calls are not interrupted. At most one object at a time. Any thread may call the members.
class Interruption {
 public:
  /// Throws `std::system_error` if the kernel refuses a descriptor or a thread.
  Interruption();
  ~Interruption();
  Interruption(Interruption const&) = delete;
  Interruption& operator=(Interruption const&) = delete;

  /// The first signal; 0 if there was none.
  int signal() const;
  /// Its name, e.g. `SIGINT`; empty if there was none.
  char const* name() const;
  /// The exit code that shells expect after it: 128 + its number.
  int exit_code() const { return 128 + signal(); }

  /// Throws `Interrupted` if there was a signal.
  void check() const;
  /// Sleeps, and throws `Interrupted` as soon as there is a signal.
  void sleep_for(std::chrono::nanoseconds duration) const;

 private:
  void watch();
  void record(int signal);

  mutable std::mutex mutex_;
  mutable std::condition_variable arrived_;
  int first_ = 0;
  sigset_t signals_, mask_before_;
  int signal_fd_ = -1, end_fd_ = -1;
  std::thread watcher_;
};

}  // namespace warpline::bench
