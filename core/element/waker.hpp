// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace warpline {

/// Ends a worker's sleep.
class Waker {
 public:
  /// There may be work. Any thread; an extra call does no harm.
  virtual void wake() noexcept = 0;
  /// Wakes when `file` can be read, or can be already; called again for each sleep. False if it
  /// cannot be watched. The worker's thread. The file is duplicated; the copy is closed when the
  /// worker ends.
  virtual bool watch(int file) noexcept = 0;

 protected:
  ~Waker() = default;
};

}  // namespace warpline
