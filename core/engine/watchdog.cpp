// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/watchdog.hpp"

namespace warpline {

using Clock = std::chrono::steady_clock;

Watchdog::Watchdog(std::vector<Worker const*> workers, std::chrono::milliseconds limit,
                   Report report)
    : workers_(std::move(workers)),
      limit_(limit),
      report_(std::move(report)),
      thread_([this] { watch(); }) {}

Watchdog::~Watchdog() {
  {
    std::scoped_lock const lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Watchdog::watch() {
  struct Seen {
    std::uint64_t turns = ~std::uint64_t{0};
    Clock::time_point since{};
    Clock::time_point reported{};
    bool notified = false;
  };
  std::vector<Seen> records(workers_.size());
  std::unique_lock lock(mutex_);
  while (
      !wake_.wait_for(lock, limit_ / 4 + std::chrono::milliseconds(1), [this] { return stop_; })) {
    auto const now = Clock::now();
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      auto const& worker = *workers_[i];
      auto& last = records[i];
      auto const turns = worker.counters().turns.get();
      if (!worker.awake() || turns != last.turns) {
        last.turns = turns;
        last.since = now;
        last.notified = false;
        continue;
      }
      if (last.notified || now - last.since < limit_ ||
          now - last.reported < std::chrono::seconds(1))
        continue;
      last.notified = true;
      last.reported = now;
      auto const* node = worker.graph().current();
      auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(now - last.since);
      report_("worker " + std::to_string(worker.options().index) + " has not finished a turn for " +
              std::to_string(ms.count()) + " ms; it is in " +
              (node == nullptr ? std::string("no element (event loop or device)")
                               : "element '" + node->name + "' (" + node->class_name + ")"));
    }
  }
}

}  // namespace warpline
