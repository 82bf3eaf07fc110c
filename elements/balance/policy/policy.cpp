// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/policy/policy.hpp"

#include <algorithm>

namespace warpline::balance {

Side& Side::operator+=(Side const& other) {
  packets += other.packets;
  bytes += other.bytes;
  tasks += other.tasks;
  worker_seconds += other.worker_seconds;
  busy_seconds += other.busy_seconds;
  task_seconds += other.task_seconds;
  return *this;
}

Window& Window::operator+=(Window const& next) {
  seconds += next.seconds;
  idle_seconds += next.idle_seconds;
  packets += next.packets;
  bytes += next.bytes;
  p99_seconds = std::max(p99_seconds, next.p99_seconds);
  cpu += next.cpu;
  device += next.device;
  return *this;
}

}  // namespace warpline::balance
