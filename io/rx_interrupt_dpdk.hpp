// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rte_ethdev.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "core/waker.hpp"

namespace warpline {

/// The receive interrupt of one queue, off unless a worker sleeps. For sources in `io/` only.
class RxInterrupt {
 public:
  RxInterrupt(std::uint16_t device, std::uint16_t queue) : device_(device), queue_(queue) {}

  /// Once the device has started with receive interrupts. UIO is left out: its one interrupt is for
  /// everything that a device has to say.
  void find() noexcept {
    file_ = rte_eth_dev_rx_intr_ctl_q_get_fd(device_, queue_);
    if (file_ < 0) return;
    char target[64] = "";
    auto const link = "/proc/self/fd/" + std::to_string(file_);
    auto const length = ::readlink(link.c_str(), target, sizeof target);
    std::string_view const kind(target, length > 0 ? static_cast<std::size_t>(length) : 0);
    counts_ = kind == "anon_inode:[eventfd]";
    if (kind.starts_with("/dev/uio")) file_ = -1;
  }
  void forget() noexcept { file_ = -1; }
  bool found() const noexcept { return file_ >= 0; }

  /// Before a sleep: the next packet wakes, where this returns true.
  bool arm(Waker& waker) noexcept {
    if (file_ < 0) return false;
    if (std::uint64_t fired = 0; counts_ && ::read(file_, &fired, sizeof fired) < 0) fired = 0;
    // A tap's file is readable while it has packets: there is nothing to switch on.
    if (auto const code = rte_eth_dev_rx_intr_enable(device_, queue_);
        code != 0 && code != -ENOTSUP)
      return false;
    armed_ = true;
    return waker.watch(file_);
  }
  /// When packets have come in.
  void disarm() noexcept {
    if (armed_) [[unlikely]] {
      armed_ = false;
      rte_eth_dev_rx_intr_disable(device_, queue_);
    }
  }

 private:
  std::uint16_t device_;
  std::uint16_t queue_;
  int file_ = -1;
  bool counts_ = false;  // an eventfd, which has to be read
  bool armed_ = false;
};

}  // namespace warpline
