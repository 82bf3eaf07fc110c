// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/balance/simulated_pair.hpp"

#include <algorithm>
#include <utility>

namespace warpline::test {
namespace {

constexpr double kDeadline = 100e-6, kNicQueue = 4096, kTurn = 0.2e-6;
constexpr unsigned kTaskPackets = 1024, kReserve = 8;
constexpr double kTaskBytes = 1u << 20;

using balance::Window;

Window difference(Window const& later, Window const& earlier) {
  auto window = later;
  auto const less = [](double& value, double by) { value -= by; };
  less(window.seconds, earlier.seconds);
  less(window.idle_seconds, earlier.idle_seconds);
  less(window.packets, earlier.packets);
  less(window.bytes, earlier.bytes);
  for (auto side : {&Window::cpu, &Window::device}) {
    auto& mine = window.*side;
    auto const& other = earlier.*side;
    less(mine.packets, other.packets);
    less(mine.bytes, other.bytes);
    less(mine.tasks, other.tasks);
    less(mine.worker_seconds, other.worker_seconds);
    less(mine.busy_seconds, other.busy_seconds);
    less(mine.task_seconds, other.task_seconds);
  }
  return window;
}

}  // namespace

Window SimulatedPair::run(double seconds) {
  auto const begin = reading();
  auto const end = now_ + seconds;
  while (now_ < end) turn(end);
  return difference(reading(), begin);
}

void SimulatedPair::turn(double end) {
  retire();
  if (!open_.tickets.empty() && now_ - open_.opened >= kDeadline) send();
  release();
  if (auto const packets = received(); packets > 0) return take(packets);
  auto const next = std::clamp(next_event(), now_ + kTurn, std::max(end, now_ + kTurn));
  idle_ += next - now_;
  now_ = next;
}

unsigned SimulatedPair::received() {
  if (costs_.arrivals > 0) {
    backlog_ += (now_ - arrived_at_) * costs_.arrivals;
    if (backlog_ > kNicQueue) missed_ += backlog_ - kNicQueue;
    backlog_ = std::min(backlog_, kNicQueue);
  }
  arrived_at_ = now_;
  if (inside_.size() + kReserve >= kBatches) return 0;
  if (costs_.arrivals == 0) return kBurst;
  auto const packets = static_cast<unsigned>(std::min<double>(backlog_, kBurst));
  backlog_ -= packets;
  return packets;
}

void SimulatedPair::take(unsigned packets) {
  Batch const batch{packets, static_cast<double>(packets) * costs_.size, now_};
  now_ += noisy(costs_.source * packets);
  if (now_ >= due_) read();
  auto const ticket = first_ticket_ + inside_.size();
  inside_.push_back(batch);
  if (policy_.to_device(present())) {
    waiting_ += packets;
    if (open_.tickets.empty() && flying_.size() >= kTasks)
      queued_.push_back(ticket);
    else
      gather(ticket, batch);
  } else {
    cpu(inside_.back());
  }
  release();
}

void SimulatedPair::cpu(Batch& batch) {
  if (!open_.tickets.empty()) send();
  auto seconds = noisy(costs_.cpu_packet * batch.packets + costs_.cpu_byte * batch.bytes);
  if (!flying_.empty()) seconds *= 1 + costs_.interference;
  now_ += seconds;
  total_.cpu.packets += batch.packets;
  total_.cpu.bytes += batch.bytes;
  total_.cpu.tasks += 1;
  total_.cpu.worker_seconds += seconds;
  batch.done = true;
}

void SimulatedPair::gather(std::uint64_t ticket, Batch const& batch) {
  if (open_.tickets.empty()) open_.opened = now_;
  open_.tickets.push_back(ticket);
  open_.packets += batch.packets;
  open_.bytes += batch.bytes;
  auto const cost = noisy(costs_.offload_packet * batch.packets);
  total_.device.worker_seconds += cost;
  now_ += cost;
  auto const task_packets = policy_.task_packets();
  if (open_.packets >= (task_packets > 0 ? std::min(task_packets, kTaskPackets) : kTaskPackets) ||
      open_.bytes >= kTaskBytes)
    send();
}

void SimulatedPair::send() {
  auto const cost = noisy(costs_.offload_task);
  total_.device.worker_seconds += cost;
  now_ += cost;
  if (flying_.empty()) busy_since_ = now_;
  open_.submitted = now_;
  auto const service = noisy(costs_.device_task + costs_.device_packet * open_.packets +
                             costs_.device_byte * open_.bytes);
  device_free_ = std::max(device_free_, now_) + service;
  open_.done = device_free_ + costs_.device_latency;
  waiting_ -= open_.packets;
  flying_.push_back(std::exchange(open_, {}));
}

void SimulatedPair::retire() {
  while (!flying_.empty() && flying_.front().done <= now_) {
    auto const task = std::move(flying_.front());
    flying_.pop_front();
    auto& side = total_.device;
    side.packets += task.packets;
    side.bytes += task.bytes;
    side.tasks += 1;
    side.task_seconds += now_ - task.submitted;
    if (flying_.empty()) side.busy_seconds += now_ - busy_since_;
    for (auto const ticket : task.tickets) inside_[ticket - first_ticket_].done = true;
    while (!queued_.empty() && (flying_.size() < kTasks || !open_.tickets.empty())) {
      auto const ticket = queued_.front();
      queued_.pop_front();
      gather(ticket, inside_[ticket - first_ticket_]);
    }
  }
}

void SimulatedPair::release() {
  while (!inside_.empty() && inside_.front().done) {
    auto const batch = inside_.front();
    inside_.pop_front();
    ++first_ticket_;
    now_ += noisy(costs_.sink * batch.packets);
    total_.packets += batch.packets;
    total_.bytes += batch.bytes;
    latencies_.emplace_back(now_ - batch.received, batch.packets);
  }
}

double SimulatedPair::next_event() const {
  double next = 1e9;
  if (!flying_.empty()) next = std::min(next, flying_.front().done);
  if (!open_.tickets.empty()) next = std::min(next, open_.opened + kDeadline);
  if (costs_.arrivals > 0)
    next = std::min(next, now_ + (1 - std::min(1.0, backlog_)) / costs_.arrivals);
  return next;
}

balance::Present SimulatedPair::present() const {
  return {static_cast<unsigned>(flying_.size()), static_cast<unsigned>(waiting_),
          static_cast<double>(inside_.size()) / kBatches};
}

Window SimulatedPair::reading() const {
  auto total = total_;
  total.seconds = now_;
  total.idle_seconds = idle_;
  if (!flying_.empty()) total.device.busy_seconds += now_ - busy_since_;
  return total;
}

void SimulatedPair::read() {
  auto const now = reading();
  auto window = difference(now, last_);
  last_ = now;
  std::sort(latencies_.begin(), latencies_.end());
  double left = 0.01 * window.packets;
  for (auto entry = latencies_.rbegin(); entry != latencies_.rend() && left >= 0; ++entry) {
    window.p99_seconds = entry->first;
    left -= entry->second;
  }
  latencies_.clear();
  policy_.observe(window);
  due_ = now_ + policy_.period();
}

}  // namespace warpline::test
