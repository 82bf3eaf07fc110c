// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/stream/stream_lane.hpp"

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

StreamLane::StreamLane(StreamDevice& device, std::unique_ptr<Arena> arena)
    : device_(device),
      driver_(device.driver()),
      arena_(std::move(arena)),
      flights_(arena_->depth()),
      probe_cycles_(in_cycles(device.options().probe)),
      timeout_cycles_(in_cycles(device.options().task_timeout)) {}

std::uint64_t StreamLane::now() const noexcept { return device_.options().clock(); }

StreamLane::~StreamLane() {
  auto const until = now() + timeout_cycles_;
  auto status = driver_.query(arena_->stream());
  while (status == kNotReady && now() < until) {
    std::this_thread::yield();
    status = driver_.query(arena_->stream());
  }
  // A requested wake-up is given now, and the driver's call will find nothing to do.
  if (arena_->armed.exchange(false, std::memory_order_acq_rel)) arena_->wake(arena_->wake_context);
  if (status == kOk && !closed_) {
    arena_->base += submitted_;
    device_.give_back(std::move(arena_));
    return;
  }
  // The device may still access the arena, and calls of the driver may still come.
  device_.abandon(std::move(arena_));
}

Ticket StreamLane::submit(Work const& work) noexcept {
  auto const ticket = submitted_ + 1;
  while (ticket - completed() > flights_.size()) {
    advance();
    relax();
  }
  // Kernels must not read an outdated table, with an SA's old keys for example.
  if (auto const status = device_.outdated(); status != kOk && !closed_) [[unlikely]] {
    fail(ticket, DeviceError::kLost, status);
    outdated_ = true;
  }
  auto& flight = this->flight(ticket);
  flight = {work, now(), 0, closed_};
  if (completed() == submitted_) moved_ = flight.submitted;
  submitted_ = ticket;
  if (closed_) return ticket;
  auto& slot = arena_->slot(ticket);
  auto status = enqueue(flight, slot);
  if (status == kOk) status = mark(slot, ticket);
  if (status == kOk) {
    sound_ = ticket;
  } else {
    flight.broken = true;
    fail(ticket, DeviceError::kLaunchFailed, status);
  }
  return ticket;
}

Status StreamLane::mark(Slot& slot, Ticket ticket) noexcept {
  switch (device_.options().completion) {
    case Completion::kFlag:
      return driver_.write(arena_->stream(), arena_->flag(),
                           static_cast<std::uint32_t>(arena_->base + ticket));
    case Completion::kEvent:
      return driver_.record(arena_->stream(), slot.event);
    case Completion::kCallback:
      return driver_.call(arena_->stream(), &StreamLane::on_call,
                          &arena_->call(arena_->base + ticket));
  }
  return kOk;
}

// On a thread of the driver: only atomics and the wake-up.
void StreamLane::on_call(void* context) {
  auto const& call = *static_cast<Call*>(context);
  auto& arena = *call.arena;
  auto const called = arena.called.load(std::memory_order_relaxed);
  auto const ahead = (call.number + arena.calls() - called % arena.calls()) % arena.calls();
  if (ahead <= arena.depth()) arena.called.store(called + ahead, std::memory_order_seq_cst);
  on_armed(&arena);
}

void StreamLane::on_armed(void* context) {
  auto& arena = *static_cast<Arena*>(context);
  if (arena.armed.load(std::memory_order_seq_cst) &&
      arena.armed.exchange(false, std::memory_order_acq_rel))
    arena.wake(arena.wake_context);
}

/// The last ticket that the mechanism reports as complete.
Ticket StreamLane::signalled() noexcept {
  auto const from = completed();
  switch (device_.options().completion) {
    case Completion::kFlag: {
      auto const flag = std::atomic_ref(*arena_->flag()).load(std::memory_order_acquire);
      // 32 bits of the ticket: the difference is right across their overflow.
      auto const moved = flag - static_cast<std::uint32_t>(arena_->base + from);
      return moved <= sound_ - from ? from + moved : from;
    }
    case Completion::kCallback: {
      auto const called = arena_->called.load(std::memory_order_acquire) - arena_->base;
      return called > from && called <= sound_ ? called : from;
    }
    case Completion::kEvent: {
      auto done = from;
      while (done < sound_) {
        auto const status = driver_.query(arena_->slot(done + 1).event);
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
  }
  return from;
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

/// After the last sound ticket: refused work may have been started in part, so its packets are only
/// returned when the stream is idle.
void StreamLane::pass_broken() noexcept {
  if (driver_.query(arena_->stream()) == kNotReady) return;
  fence_.completed.store(submitted_, std::memory_order_release);
}

void StreamLane::probe(std::uint64_t time) noexcept {
  moved_ = time;
  auto const from = completed();
  auto const status = driver_.query(arena_->stream());
  if (status == kOk) {
    // All work is complete. If the mechanism has not reported it, a completion was lost.
    retire(std::max(from, sound_));
    if (from == completed() && from < submitted_) pass_broken();
  } else if (status != kNotReady) {
    fail(from + 1, DeviceError::kLost, status);
    sound_ = from;
    fence_.completed.store(submitted_, std::memory_order_release);
  } else if (time - flight(from + 1).submitted > timeout_cycles_) {
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
  auto& arena = *arena_;
  if (arena.armed.load(std::memory_order_acquire)) return;  // that call is still to come
  arena.wake = wake;
  arena.wake_context = context;
  arena.armed.store(true, std::memory_order_seq_cst);
  advance();
  bool const asked = device_.options().completion == Completion::kCallback ||
                     driver_.call(arena.stream(), &StreamLane::on_armed, &arena) == kOk;
  // Nothing is pending, or the driver will not call: wake at once rather than never.
  if (!asked || completed() == submitted_ || signalled() > completed()) on_armed(&arena);
}

std::string StreamLane::failure() const {
  if (status_ == kOk) return {};
  return (outdated_ ? "a table on it could not be brought up to date: " : "") +
         driver_.describe(status_);
}

}  // namespace warpline::stream
