// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace warpline::app {

/// Records SIGHUP from the first use to the end of the program, so that the signal does not end the
/// process. If the signal is ignored at the start (`nohup`), it stays ignored. Control thread; one
/// object.
///
/// The kernel sends SIGHUP when the controlling terminal goes away, but may remove the terminal
/// only afterwards. So the terminal is checked for one second after each signal.
class Hangup {
 public:
  enum class Event : unsigned char {
    kNone,
    kReopen,        ///< SIGHUP was sent: reopen files by name
    kTerminalGone,  ///< the controlling terminal of the start is gone
  };

  Hangup();

  /// Returns the event since the last call.
  Event look();

 private:
  using Clock = std::chrono::steady_clock;

  bool had_terminal_ = false;
  unsigned seen_ = 0;  // signals
  Clock::time_point look_until_;
};

/// Makes writes fail, instead of ending the program, if a pipe has no reader or a file reaches its
/// size limit.
void ignore_write_signals();

}  // namespace warpline::app
