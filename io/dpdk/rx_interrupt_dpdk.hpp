// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rte_ethdev.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "core/element/waker.hpp"

namespace warpline {

/// The receive interrupt of one queue, off unless a worker sleeps. For sources in `io/` only.
class RxInterrupt {
 public:
  RxInterrupt(std::uint16_t device, std::uint16_t queue) : device_(device), queue_(queue) {}
  RxInterrupt(RxInterrupt const&) = delete;
  RxInterrupt& operator=(RxInterrupt const&) = delete;
  ~RxInterrupt() {
    if (relay_ >= 0) ::close(relay_);
  }

  void set_device(std::uint16_t device) { device_ = device; }

  /// Watches the driver's file through a separate epoll instance, which stays the same when the
  /// device is replaced. The worker duplicates the file that it watches and never closes it.
  void use_relay() { relay_ = ::epoll_create1(EPOLL_CLOEXEC); }

  /// Call after the device has started with receive interrupts. UIO is left out: its single
  /// interrupt is for all events of a device. `socket`: the driver's packet socket if it has no
  /// interrupt of its own, or -1.
  void find(int socket = -1) noexcept {
    is_socket_ = socket >= 0;
    file_ = is_socket_ ? socket : rte_eth_dev_rx_intr_ctl_q_get_fd(device_, queue_);
    if (file_ < 0) return;
    char target[64] = "";
    auto const link = "/proc/self/fd/" + std::to_string(file_);
    auto const length = ::readlink(link.c_str(), target, sizeof target);
    std::string_view const kind(target, length > 0 ? static_cast<std::size_t>(length) : 0);
    counts_ = kind == "anon_inode:[eventfd]";
    if (kind.starts_with("/dev/uio")) file_ = -1;
  }
  /// While no worker uses the queue.
  void forget() noexcept {
    if (armed_ && relay_ >= 0) ::epoll_ctl(relay_, EPOLL_CTL_DEL, file_, nullptr);
    armed_ = false;
    file_ = -1;
  }
  bool is_available() const noexcept { return file_ >= 0; }

  /// Call before a sleep: if it returns true, the next packet wakes the worker.
  bool arm(Waker& waker) noexcept {
    if (file_ < 0) return false;
    if (std::uint64_t fired = 0; counts_ && ::read(file_, &fired, sizeof fired) < 0) fired = 0;
    if (is_socket_) take_error();
    // A tap's file is readable while it has packets: there is nothing to switch on.
    else if (auto const code = rte_eth_dev_rx_intr_enable(device_, queue_);
             code != 0 && code != -ENOTSUP)
      return false;
    if (relay_ < 0) {
      armed_ = true;
      return waker.watch(file_);
    }
    epoll_event event{};
    event.events = EPOLLIN;
    if (!armed_ && ::epoll_ctl(relay_, EPOLL_CTL_ADD, file_, &event) != 0) return false;
    armed_ = true;
    return waker.watch(relay_);
  }
  /// Call after packets were received.
  void disarm() noexcept {
    if (armed_) [[unlikely]]
      switch_off();
  }

 private:
  [[gnu::noinline, gnu::cold]] void switch_off() noexcept {
    armed_ = false;
    if (relay_ >= 0) ::epoll_ctl(relay_, EPOLL_CTL_DEL, file_, nullptr);
    if (!is_socket_) rte_eth_dev_rx_intr_disable(device_, queue_);
  }
  /// A link that was down for a moment leaves an error, which would wake the worker again and
  /// again.
  void take_error() noexcept {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(file_, SOL_SOCKET, SO_ERROR, &error, &size);
  }

  std::uint16_t device_;
  std::uint16_t queue_;
  int file_ = -1;
  int relay_ = -1;
  bool is_socket_ = false;
  bool counts_ = false;  // an eventfd, which must be read
  bool armed_ = false;
};

}  // namespace warpline
