// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

namespace warpline::test {

/// Simulates a full disk: no file of this process grows beyond `bytes`, until `lift`.
class ScopedFileLimit {
 public:
  explicit ScopedFileLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    EXPECT_EQ(getrlimit(RLIMIT_FSIZE, &old_), 0);
    rlimit const small{bytes, old_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  }
  ~ScopedFileLimit() {
    lift();
    std::signal(SIGXFSZ, handler_);
  }
  ScopedFileLimit(ScopedFileLimit const&) = delete;
  ScopedFileLimit& operator=(ScopedFileLimit const&) = delete;

  void lift() const { setrlimit(RLIMIT_FSIZE, &old_); }

 private:
  void (*handler_)(int);
  rlimit old_{};
};

}  // namespace warpline::test
