// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/timer.hpp"

#include <algorithm>
#include <utility>

#include "core/base/clock.hpp"
#include "core/element/args.hpp"
#include "core/element/context.hpp"

namespace warpline {
namespace {

std::uint64_t to_cycles(std::chrono::nanoseconds time) {
  auto const count = std::chrono::duration<double>(time).count() * cycles_per_second();
  return static_cast<std::uint64_t>(std::max(1.0, count));
}

}  // namespace

Timer::Timer(Args& args, Element& owner, Function function)
    : timers_(args.context().timers), owner_(owner), function_(std::move(function)) {
  timers_->add();
}

Timer::~Timer() {
  stop();
  timers_->remove();
}

void Timer::start_once(std::chrono::nanoseconds delay) noexcept {
  stop();
  period_ = 0;
  due_ = cycles() + to_cycles(delay);
  timers_->insert(*this);
}

void Timer::start_periodic(std::chrono::nanoseconds period) noexcept {
  stop();
  period_ = to_cycles(period);
  due_ = cycles() + period_;
  timers_->insert(*this);
}

void Timer::stop() noexcept {
  if (running()) timers_->erase(*this);
}

Timer* Timers::take_due(std::uint64_t now) noexcept {
  if (next_due() > now) return nullptr;
  auto& timer = *heap_.front();
  erase(timer);
  if (timer.period_ > 0) {
    timer.due_ = std::max(timer.due_ + timer.period_, now + 1);
    insert(timer);
  }
  return &timer;
}

void Timers::insert(Timer& timer) noexcept {
  heap_.push_back(&timer);
  move_up(timer, heap_.size() - 1);
}

void Timers::erase(Timer& timer) noexcept {
  auto const position = std::exchange(timer.position_, Timer::kStopped);
  auto& last = *heap_.back();
  heap_.pop_back();
  if (&last == &timer) return;
  move_up(last, position);
  move_down(last, last.position_);
}

void Timers::place(Timer& timer, std::size_t position) noexcept {
  heap_[position] = &timer;
  timer.position_ = position;
}

void Timers::move_up(Timer& timer, std::size_t position) noexcept {
  while (position > 0) {
    auto const parent = (position - 1) / 2;
    if (heap_[parent]->due_ <= timer.due_) break;
    place(*heap_[parent], position);
    position = parent;
  }
  place(timer, position);
}

void Timers::move_down(Timer& timer, std::size_t position) noexcept {
  while (2 * position + 1 < heap_.size()) {
    auto child = 2 * position + 1;
    if (child + 1 < heap_.size() && heap_[child + 1]->due_ < heap_[child]->due_) ++child;
    if (timer.due_ <= heap_[child]->due_) break;
    place(*heap_[child], position);
    position = child;
  }
  place(timer, position);
}

}  // namespace warpline
