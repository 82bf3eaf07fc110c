// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/interruption.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "measure/scratch_folder.hpp"

namespace warpline::bench {
namespace {

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

[[noreturn]] void die_of(int signal) {
  ScratchFolder::remove_all();
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  ::signal(signal, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  raise(signal);
  _exit(128 + signal);
}

}  // namespace

Interruption::Interruption() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  if (!is_ignored(SIGHUP)) sigaddset(&signals_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals_, &mask_before_);
  signal_fd_ = signalfd(-1, &signals_, SFD_CLOEXEC);
  end_fd_ = eventfd(0, EFD_CLOEXEC);
  if (signal_fd_ < 0 || end_fd_ < 0)
    throw std::system_error(errno, std::generic_category(), "signals cannot be watched");
  watcher_ = std::thread([this] { watch(); });
}

Interruption::~Interruption() {
  std::uint64_t const one = 1;
  if (write(end_fd_, &one, sizeof one) == sizeof one) watcher_.join();
  close(signal_fd_);
  close(end_fd_);
  pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

int Interruption::signal() const {
  std::scoped_lock const lock(mutex_);
  return first_;
}

char const* Interruption::name() const {
  switch (signal()) {
    case 0:
      return "";
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    default:
      return "SIGHUP";
  }
}

void Interruption::check() const {
  if (signal() != 0) throw Interrupted();
}

void Interruption::sleep_for(std::chrono::nanoseconds duration) const {
  std::unique_lock lock(mutex_);
  if (arrived_.wait_for(lock, duration, [this] { return first_ != 0; })) throw Interrupted();
}

void Interruption::watch() {
  for (;;) {
    pollfd watched[] = {{signal_fd_, POLLIN, 0}, {end_fd_, POLLIN, 0}};
    if (poll(watched, 2, -1) < 0) continue;
    if (watched[1].revents != 0) return;
    signalfd_siginfo info{};
    if (read(signal_fd_, &info, sizeof info) == sizeof info)
      record(static_cast<int>(info.ssi_signo));
  }
}

void Interruption::record(int signal) {
  std::unique_lock lock(mutex_);
  if (first_ != 0) {
    lock.unlock();
    die_of(signal);
  }
  first_ = signal;
  arrived_.notify_all();
}

}  // namespace warpline::bench
