// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/stream/stream_lane.hpp"

#include <algorithm>
#include <thread>

#include "core/base/clock.hpp"
#include "gpu/stream/stream_device.hpp"

namespace warpline::stream {
namespace {

template <class Duration>
std::uint64_t in_cycles(Duration duration) {
  return static_cast<std::uint64_t>(std::chrono::duration<double>(duration).count() *
                                    cycles_per_second());
}

}  // namespace

StreamLane::StreamLane(StreamDevice& device, std::unique_ptr<LaneResources> resources)
    : device_(device),
      driver_(device.driver()),
      resources_(std::move(resources)),
      tasks_(resources_->depth()),
      probe_cycles_(in_cycles(device.options().probe)),
      timeout_cycles_(in_cycles(device.options().task_timeout)) {}

std::uint64_t StreamLane::now() const noexcept { return device_.options().clock(); }

StreamLane::~StreamLane() {
  auto const until = now() + timeout_cycles_;
  auto status = resources_->query();
  while (status == kNotReady && now() < until) {
    std::this_thread::yield();
    status = resources_->query();
  }
  // A requested wake-up is given now, and the driver's call will find nothing to do.
  if (resources_->armed.exchange(false, std::memory_order_acq_rel))
    resources_->wake(resources_->wake_context);
  if (status == kOk && !closed_) {
    resources_->base += submitted_;
    device_.give_back(std::move(resources_));
    return;
  }
  // The device may still access the resources, and calls of the driver may still come.
  device_.abandon(std::move(resources_));
}

Ticket StreamLane::submit(Work const& work) noexcept {
  auto const ticket = submitted_ + 1;
  while (ticket - completed() > tasks_.size()) {
    advance();
    relax();
  }
  // Kernels must not read an outdated table, with an SA's old keys for example.
  if (auto const status = device_.outdated(); status != kOk && !closed_) [[unlikely]] {
    fail(ticket, DeviceError::kLost, status);
    outdated_ = true;
  }
  auto& task = this->task(ticket);
  task = {work, now(), 0, closed_};
  if (completed() == submitted_) moved_ = task.submitted;
  submitted_ = ticket;
  if (closed_) return ticket;
  auto& memory = resources_->memory(ticket);
  auto status = enqueue(task, memory, resources_->stream(ticket).handle);
  if (status == kOk) status = mark(memory, ticket);
  if (status == kOk) {
    sound_ = ticket;
  } else {
    task.broken = true;
    fail(ticket, DeviceError::kLaunchFailed, status);
  }
  return ticket;
}

Status StreamLane::mark(TaskMemory& memory, Ticket ticket) noexcept {
  auto& stream = resources_->stream(ticket);
  switch (device_.options().completion) {
    case Completion::kFlag:
      return driver_.write(stream.handle, stream.flag,
                           static_cast<std::uint32_t>(resources_->base + ticket));
    case Completion::kEvent:
      return driver_.record(stream.handle, memory.event);
    case Completion::kCallback:
      return driver_.call(stream.handle, &StreamLane::on_call,
                          &resources_->call(resources_->base + ticket));
  }
  return kOk;
}

// On a thread of the driver: only atomics and the wake-up. The call's ticket is the first one after
// the last called whose number is that of the call. Stale calls are further ahead than any ticket.
void StreamLane::on_call(void* context) {
  auto const& call = *static_cast<Call*>(context);
  auto& resources = *call.resources;
  auto& stream = resources.streams()[call.number % resources.streams().size()];
  auto const called = stream.called.load(std::memory_order_relaxed);
  auto const ahead =
      (call.number + resources.calls() - called % resources.calls()) % resources.calls();
  if (ahead <= resources.depth() + resources.streams().size())
    stream.called.store(called + ahead, std::memory_order_seq_cst);
  on_armed(&resources);
}

void StreamLane::on_armed(void* context) {
  auto& resources = *static_cast<LaneResources*>(context);
  if (resources.armed.load(std::memory_order_seq_cst) &&
      resources.armed.exchange(false, std::memory_order_acq_rel))
    resources.wake(resources.wake_context);
}

/// Whether the mechanism reports the ticket as complete: `kOk`, `kNotReady`, or an error of the
/// device.
Status StreamLane::signal_of(Ticket ticket) noexcept {
  auto const& stream = resources_->stream(ticket);
  switch (device_.options().completion) {
    case Completion::kFlag: {
      auto const flag = std::atomic_ref(*stream.flag).load(std::memory_order_acquire);
      // 32 bits of the ticket: the sign of the difference is right across their overflow.
      auto const ahead = flag - static_cast<std::uint32_t>(resources_->base + ticket);
      return static_cast<std::int32_t>(ahead) >= 0 ? kOk : kNotReady;
    }
    case Completion::kCallback:
      return stream.called.load(std::memory_order_acquire) >= resources_->base + ticket ? kOk
                                                                                        : kNotReady;
    case Completion::kEvent:
      return driver_.query(resources_->memory(ticket).event);
  }
  return kOk;
}

/// The last ticket up to which the mechanism reports all as complete.
Ticket StreamLane::signalled() noexcept {
  auto done = completed();
  while (done < sound_) {
    auto const status = signal_of(done + 1);
    if (status == kNotReady) break;
    if (status != kOk) {
      retire(done);
      fail(done + 1, DeviceError::kLost, status);
      break;
    }
    ++done;
  }
  return done;
}

void StreamLane::advance() noexcept {
  auto const from = completed();
  if (from == submitted_) return;
  if (from < sound_) {
    auto const done = signalled();
    if (done > completed()) retire(done);
  }
  if (completed() >= sound_ && completed() < submitted_) pass_broken();
  auto const time = now();
  if (completed() != from)
    moved_ = time;
  else if (time - moved_ > probe_cycles_)
    probe(time);
}

/// After the last sound ticket: failed work may have been started in part, so its packets are only
/// returned when no stream is at work.
void StreamLane::pass_broken() noexcept {
  if (resources_->query() == kNotReady) return;
  fence_.completed.store(submitted_, std::memory_order_release);
}

void StreamLane::probe(std::uint64_t time) noexcept {
  moved_ = time;
  auto const from = completed();
  bool busy = false;
  for (auto& stream : resources_->streams()) {
    auto const status = driver_.query(stream.handle);
    if (status == kNotReady) busy = true;
    if (status == kOk || status == kNotReady) continue;
    // Tasks on other streams, before the first one that this stream has lost, are still sound.
    auto lost = from + 1;
    while (lost <= sound_ && (&resources_->stream(lost) != &stream || signal_of(lost) == kOk))
      ++lost;
    fail(lost, DeviceError::kLost, status);
    sound_ = std::min(sound_, lost - 1);
  }
  if (!busy) {
    // All work is complete. If the mechanism has not reported it, a completion was lost.
    retire(std::max(from, sound_));
    if (completed() < submitted_) pass_broken();
  } else if (time - task(from + 1).submitted > timeout_cycles_) {
    give_up(from + 1);
    sound_ = from;
    fence_.completed.store(submitted_, std::memory_order_release);
  }
}

void StreamLane::fail(Ticket from, DeviceError error, Status status) noexcept {
  if (from >= fence_.first_failed.load(std::memory_order_relaxed)) return;
  closed_ = true;
  status_ = status;
  fence_.error.store(static_cast<int>(error), std::memory_order_release);
  fence_.first_failed.store(from, std::memory_order_release);
}

/// More than a failure: even if work was refused before, the device may still be at work.
void StreamLane::give_up(Ticket from) noexcept {
  closed_ = true;
  device_.keep_tables();
  fence_.error.store(static_cast<int>(DeviceError::kTimedOut), std::memory_order_release);
  if (from < fence_.first_failed.load(std::memory_order_relaxed))
    fence_.first_failed.store(from, std::memory_order_release);
}

void StreamLane::arm(void (*wake)(void*), void* context) noexcept {
  auto& resources = *resources_;
  if (resources.armed.load(std::memory_order_acquire)) return;  // that call is still to come
  resources.wake = wake;
  resources.wake_context = context;
  resources.armed.store(true, std::memory_order_seq_cst);
  advance();
  bool const asked = device_.options().completion == Completion::kCallback ||
                     driver_.call(resources.stream(completed() + 1).handle, &StreamLane::on_armed,
                                  &resources) == kOk;
  // Nothing is pending, or the driver will not call: wake at once rather than never.
  if (!asked || completed() == submitted_ || signalled() > completed()) on_armed(&resources);
}

std::string StreamLane::failure() const {
  if (status_ == kOk) return {};
  return (outdated_ ? "a table on it could not be brought up to date: " : "") +
         driver_.describe(status_);
}

}  // namespace warpline::stream
