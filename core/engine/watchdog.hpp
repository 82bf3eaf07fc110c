// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/engine/worker.hpp"

namespace warpline {

/// Watches workers for turns that last too long and names the element at work: what asyncio's debug
/// mode is for slow callbacks. Costs the workers nothing: it only reads what they publish anyway.
class Watchdog {
 public:
  using Report = std::function<void(std::string const&)>;

  /// Calls `report` on its own thread, at most once a stall and once a second for each worker.
  /// The workers must outlive it.
  Watchdog(std::vector<Worker const*> workers, std::chrono::milliseconds limit, Report report);
  ~Watchdog();

  /// Calls `action` while the watchdog looks at no worker.
  template <class Action>
  void pause(Action&& action) {
    std::scoped_lock const lock(mutex_);
    action();
  }

 private:
  void watch();

  std::vector<Worker const*> workers_;
  std::chrono::milliseconds limit_;
  Report report_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace warpline
