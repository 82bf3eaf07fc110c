// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace warpline::app {

/// SIGHUP, from its first use to the end of the program: noted, and never the end of the process.
/// Where the signal is ignored at the start (`nohup`), it stays ignored. Control thread; one object.
///
/// The kernel sends SIGHUP when the controlling terminal goes away, and may take the terminal away
/// only after that: the terminal is looked at for a second after each signal.
class Hangup {
 public:
  enum class Event : unsigned char {
    kNone,
    kReopen,        ///< SIGHUP was sent: files are to be opened again by name
    kTerminalGone,  ///< the controlling terminal that there was at the start is gone
  };

  Hangup();

  /// The event since the last call.
  Event look();

 private:
  using Clock = std::chrono::steady_clock;

  bool had_terminal_ = false;
  unsigned seen_ = 0;  // signals
  Clock::time_point look_until_;
};

/// Lets writes to a pipe without a reader and beyond the limit of a file's size fail, instead of
/// ending the program.
void ignore_write_signals();

}  // namespace warpline::app
