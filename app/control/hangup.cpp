// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/hangup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

namespace warpline::app {
namespace {

constexpr std::chrono::seconds kTerminalDelay{1};

std::atomic<unsigned> signals{0};
static_assert(std::atomic<unsigned>::is_always_lock_free);

void note_signal(int) { signals.fetch_add(1, std::memory_order_relaxed); }

/// 0, or the reason why there is no controlling terminal.
int terminal_error() {
  int const terminal = ::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (terminal < 0) return errno;
  ::close(terminal);
  return 0;
}

}  // namespace

Hangup::Hangup() : had_terminal_(terminal_error() == 0) {
  struct sigaction action {};
  if (sigaction(SIGHUP, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) return;
  action = {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &action, nullptr);
  seen_ = signals.load(std::memory_order_relaxed);
}

Hangup::Event Hangup::look() {
  auto const sent = signals.load(std::memory_order_relaxed);
  bool const fresh = sent != seen_;
  if (!fresh && look_until_ == Clock::time_point{}) return Event::kNone;
  auto const now = Clock::now();
  if (fresh) {
    seen_ = sent;
    look_until_ = now + kTerminalDelay;
  } else if (now > look_until_) {
    look_until_ = {};
  }
  if (had_terminal_) {
    auto const error = terminal_error();
    if (error == ENXIO || error == EIO) {
      had_terminal_ = false;
      return Event::kTerminalGone;
    }
  }
  return fresh ? Event::kReopen : Event::kNone;
}

void ignore_write_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace warpline::app
