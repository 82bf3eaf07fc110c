// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

namespace warpline {

class Args;
class Element;
class Outputs;
class Timers;

/// Calls a function of an element later, once or again and again, on the element's worker.
///
/// A member of the element. A busy worker looks at its timers every 50 us, and a sleeping one wakes up
/// for them; a function that is late is called once, not once for each period missed. It must not
/// block, throw or allocate, and may emit packets that have the annotations which the element sets.
/// Starting and stopping takes time logarithmic in the number of timers that run. Worker's thread.
class Timer {
 public:
  using Function = std::function<void(Outputs& out)>;

  /// `owner`: the element under construction. In its constructor.
  Timer(Args& args, Element& owner, Function function);
  ~Timer();
  Timer(Timer const&) = delete;
  Timer& operator=(Timer const&) = delete;

  /// Calls the function once, after `delay`. A running timer is restarted.
  void start_once(std::chrono::nanoseconds delay) noexcept;
  /// Calls the function every `period`, first after one period.
  void start_periodic(std::chrono::nanoseconds period) noexcept;
  void stop() noexcept;
  bool running() const noexcept { return position_ != kStopped; }

  Element const& owner() const noexcept { return owner_; }

 private:
  friend class Timers;
  static constexpr std::size_t kStopped = std::numeric_limits<std::size_t>::max();

  std::shared_ptr<Timers> timers_;
  Element& owner_;
  Function function_;
  std::uint64_t due_ = 0;     // in `cycles()`
  std::uint64_t period_ = 0;  // in cycles; 0: once
  std::size_t position_ = kStopped;
};

/// The timers of one worker's elements, ordered by when they are due. One thread at a time.
class Timers {
 public:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  /// When the next timer is due, in `cycles()`; `kNever` if none runs.
  std::uint64_t next_due() const noexcept { return heap_.empty() ? kNever : heap_.front()->due_; }

  /// Takes a timer that was due at `now` and restarts it if it is periodic; null if none is left.
  Timer* take_due(std::uint64_t now) noexcept;
  /// Calls the timer's function.
  static void call(Timer& timer, Outputs& out) noexcept { timer.function_(out); }

 private:
  friend class Timer;
  void add() { heap_.reserve(++count_); }
  void remove() noexcept { --count_; }
  void insert(Timer& timer) noexcept;
  void erase(Timer& timer) noexcept;
  void place(Timer& timer, std::size_t position) noexcept;
  void move_up(Timer& timer, std::size_t position) noexcept;
  void move_down(Timer& timer, std::size_t position) noexcept;

  std::vector<Timer*> heap_;  // those that run; has room for all
  std::size_t count_ = 0;
};

}  // namespace warpline
