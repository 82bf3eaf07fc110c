// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>

#include "core/element/waker.hpp"

namespace warpline {

/// Stores the file that a queue asks it to watch.
struct FileWatcher final : Waker {
  void wake() noexcept override {}
  bool watch(int asked) noexcept override {
    file = asked;
    return true;
  }
  /// Whether the file becomes readable within `milliseconds`.
  bool readable(int milliseconds) const {
    pollfd poll{file, POLLIN, 0};
    return ::poll(&poll, 1, milliseconds) == 1;
  }
  int file = -1;
};

}  // namespace warpline
