// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/policy/adaptive.hpp"

#include <algorithm>
#include <cmath>

namespace warpline::balance {
namespace {

using Mode = Setting::Mode;

constexpr double kMeasure = 6e-3, kSettle = 1e-3;  // the minimum
constexpr double kStart = 5e-3;                    // until caches are warm
constexpr double kLongestMeasure = 60e-3, kLongestSettle = 30e-3;
constexpr double kTasksMeasured = 6, kTasksSettled = 2;  // tasks at a time
constexpr double kFewTasks = 4;

constexpr double kIdle = 0.05;        // more, and the CPU keeps up
constexpr double kMaxCpuLoad = 0.85;  // the CPU alone is enough below it
constexpr double kGain = 0.015;       // less is not worth a longer queue
constexpr double kSurelyBetter = 0.03, kSurelyWorse = 0.8;
constexpr double kPoolInUse = 0.7;  // more, and finished batches wait too long after the device's
constexpr double kLongestTasks = 10e-3;  // on the device at a time
constexpr double kFixedCost = 0.7;  // of a packet in larger tasks, where tasks cost and not packets
constexpr double kHopeless = 0.5, kHopelessShare = 0.1;  // of the CPU's rate
constexpr double kSlowTask = 1e-3;  // no device needs longer for reasons of its own
constexpr double kLongestSearch = 0.25;
constexpr double kWorthAnotherLook = 0.7;  // of the best rate
constexpr unsigned kMaxRounds = 10;
constexpr double kSearching = 0.2;  // of the time, the maximum, on a machine with much noise

constexpr double kProbing = 0.005;  // of the rate, spent on measuring other settings
constexpr double kUsualLoss = 0.5;  // of a setting that is not the best
constexpr double kShortestPause = 0.1, kLongestPause = 10;
constexpr double kBetweenSearches = 0.1;
constexpr double kMaxRestless = 8;

}  // namespace

Adaptive::Adaptive(Options options)
    : options_(options),
      trials_(options.smallest_task, options.largest_task, options.latency > 0),
      period_(kStart) {
  search();
  settling_ = true;
  period_ = kStart;
}

bool Adaptive::to_device(Present const& present) noexcept {
  auto const& current = setting();
  if (current.mode != Mode::kMixed) return current.mode == Mode::kDevice;
  auto const inside = present.in_flight * current.task + present.waiting;
  if (inside >= current.depth * current.task) return false;
  // A task that was begun is filled; another is begun if the waiting batches allow it.
  return present.waiting > 0 || present.pool_share < kPoolInUse;
}

void Adaptive::observe(Window const& window) noexcept {
  if (window.seconds <= 0) return;
  learn(window);
  stage_seconds_ += window.seconds;
  if (settling_) {
    settling_ = false;
    period_ = measuring_period();
    return;
  }
  seen_ += window;
  bool const few = setting().mode != Mode::kOwn && seen_.device.tasks < kFewTasks;
  if (few && seen_.seconds < kLongestMeasure && !hopeless(seen_.rate())) return;
  auto const whole = seen_;
  seen_ = {};
  last_ = whole;
  measured(whole);
}

void Adaptive::learn(Window const& window) noexcept {
  cpu_cost_.observe(window.cpu.packets, window.cpu.bytes, window.cpu.worker_seconds);
  auto const& device = window.device;
  device_cost_.observe(device.packets, device.bytes, device.busy_seconds);
  offload_cost_.observe(device.packets, device.bytes, device.worker_seconds);
  if (window.cpu.tasks > 0) batch_packets_ = window.cpu.packets / window.cpu.tasks;
  if (device.tasks > 0) task_seconds_ = device.task_seconds / device.tasks;
  auto const done = window.cpu.packets + device.packets;
  if (done > 0) bytes_ = (window.cpu.bytes + device.bytes) / done;
  if (window.packets > 0)
    other_seconds_ = std::max(0.0, window.seconds - window.idle_seconds -
                                       window.cpu.worker_seconds - device.worker_seconds) /
                     window.packets;
}

double Adaptive::measuring_period() const noexcept {
  if (setting().mode == Mode::kOwn) return kMeasure;
  return std::clamp(kTasksMeasured * task_seconds_, kMeasure, kLongestMeasure);
}

// Work in flight when the setting changes belongs to the previous one.
void Adaptive::use(unsigned trial) noexcept {
  settling_ = trial != current_;
  current_ = trial;
  seen_ = {};
  period_ = settling_ ? std::clamp(kTasksSettled * task_seconds_, kSettle, kLongestSettle)
                      : measuring_period();
}

void Adaptive::measured(Window const& window) noexcept {
  switch (stage_) {
    case Stage::kSearch:
      trials_[current_].measured(window);
      if (current_ == 0 && window.idle_share() > kIdle) return light_load();
      return next_of_search();
    case Stage::kHold:
      return hold(window);
    case Stage::kChallenge:
      return challenged(window);
    case Stage::kReturn:
      return returned(window);
  }
}

void Adaptive::search() noexcept {
  stage_ = Stage::kSearch;
  light_ = false;
  ++searches_;
  since_search_ = stage_seconds_ = 0;
  late_ = 0;
  round_ = 0;
  queued_ = trials_.size();
  for (unsigned i = 0; i < queued_; ++i) {
    trials_[i].forget();
    queue_[i] = static_cast<unsigned char>(i);
  }
  at_ = 0;
  next_of_search();
}

void Adaptive::next_of_search() noexcept {
  for (; at_ < queued_; ++at_) {
    auto const next = queue_[at_];
    trials_[next].skipped = foreseen_to_fail(trials_[next].setting);
    if (trials_[next].skipped) continue;
    ++at_;
    return use(next);
  }
  next_round();
}

// The three best are measured again, then the two best of these until they can be distinguished.
void Adaptive::next_round() noexcept {
  if (++round_ >= 3 && (round_ == kMaxRounds || stage_seconds_ > kLongestSearch || !undecided()))
    return choose();
  auto const better = [this](unsigned char a, unsigned char b) { return score(a) > score(b); };
  std::stable_sort(queue_.begin(), queue_.begin() + queued_, better);
  queued_ = std::min(queued_, round_ == 1 ? 3u : 2u);
  // The CPU is one of them unless it is far slower: nothing may beat it by chance.
  if (score(0) > kSurelyWorse * score(queue_[0]) &&
      std::find(queue_.begin(), queue_.begin() + queued_, 0) == queue_.begin() + queued_)
    queue_[queued_ - 1] = 0;
  auto const threshold = kWorthAnotherLook * score(queue_[0]);
  while (queued_ > 0 && score(queue_[queued_ - 1]) <= threshold) --queued_;
  if (queued_ <= 1) return choose();
  at_ = 0;
  next_of_search();
}

void Adaptive::choose() noexcept {
  double best = 0;
  for (unsigned i = 0; i < trials_.size(); ++i) best = std::max(best, score(i));
  auto const before = chosen_;
  chosen_ = 0;
  auto const good = [&](unsigned i) {
    return score(i) + (i == 0 ? trials_[0].error() : 0) >= best * (1 - kGain);
  };
  while (chosen_ + 1 < trials_.size() && !good(chosen_)) ++chosen_;
  // A change without a better setting is noise of the machine.
  bool const in_vain = chosen_ == before && searches_ > 1;
  restless_ = in_vain ? std::min(2 * restless_, kMaxRestless) : 1;
  search_seconds_ = stage_seconds_;
  stage_ = Stage::kHold;
  watch(trials_[chosen_].rate());
  double windows = 0;
  for (unsigned i = 0; i < trials_.size(); ++i) windows += trials_[i].windows;
  until_challenge_ =
      std::clamp(search_seconds_ / windows * kUsualLoss / kProbing, kShortestPause, kLongestPause);
  use(chosen_);
}

void Adaptive::light_load() noexcept {
  light_ = true;
  stage_ = Stage::kHold;
  chosen_ = 0;
  watch(0);
  use(0);
}

void Adaptive::hold(Window const& window) noexcept {
  since_search_ += window.seconds;
  if (chosen_ == 0 && window.idle_share() > kIdle) {
    light_ = true;
    return;
  }
  if (light_) return search();
  if (chosen_ != 0 && window.idle_share() > 2 * kIdle && cpu_would_do(window) &&
      since_search_ > kBetweenSearches)
    return search();
  trials_[chosen_].p99_seconds = window.p99_seconds;
  late_ = chosen_ != 0 && too_late(trials_[chosen_]) ? late_ + 1 : 0;
  if (size_.changed(bytes_)) {
    restless_ = 1;
    return search();
  }
  bool changed = speed_changed(window);
  if (changed && decided_anyway(window.rate())) {
    watch(window.rate());
    changed = false;
  }
  if ((changed || late_ >= 2) && due()) return search();
  until_challenge_ -= window.seconds;
  if (until_challenge_ <= 0) challenge();
}

void Adaptive::watch(double rate) noexcept {
  rate_.start(rate);
  size_.start(bytes_);
  for (auto* watch : {&cpu_watch_, &device_watch_, &share_}) watch->start(0);
  for (auto* watch : {&rate_, &cpu_watch_, &device_watch_, &share_}) watch->widen(restless_);
}

bool Adaptive::speed_changed(Window const& window) noexcept {
  auto const seconds_per_packet = [](double seconds, Side const& side) {
    return side.packets > 0 ? seconds / side.packets : 0;
  };
  auto const done = window.cpu.packets + window.device.packets;
  bool changed = rate_.changed(window.rate());
  changed |= cpu_watch_.changed(seconds_per_packet(window.cpu.worker_seconds, window.cpu));
  changed |= device_watch_.changed(seconds_per_packet(window.device.busy_seconds, window.device));
  changed |= share_.changed(done > 0 ? window.device.packets / done : 0);
  return changed;
}

/// The CPU has become faster or slower, by more than the device could compensate: the CPU's part of
/// each setting's rate changes with it, the device's does not.
bool Adaptive::decided_anyway(double rate) const noexcept {
  auto const before = trials_[0].rate();
  if (chosen_ != 0 || before <= 0) return false;
  for (unsigned i = 1; i < trials_.size(); ++i) {
    auto const& trial = trials_[i];
    if (trial.seconds <= 0) continue;
    auto const device = trial.offloaded / trial.seconds;
    if ((trial.rate() - device) * rate / before + device > rate * (1 + kGain)) return false;
  }
  return true;
}

bool Adaptive::due() const noexcept {
  return since_search_ >= std::max(kBetweenSearches, search_seconds_ / kSearching) * restless_;
}

void Adaptive::challenge() noexcept {
  for (unsigned i = 0; i < trials_.size(); ++i) {
    turn_ = (turn_ + 1) % trials_.size();
    auto& trial = trials_[turn_];
    if (turn_ == chosen_) continue;
    // The first one stays a candidate; otherwise a faster device would never be noticed.
    trial.skipped = turn_ > 1 && foreseen_to_fail(trial.setting);
    if (trial.skipped) continue;
    duels_ = 0;
    stage_seconds_ = 0;
    stage_ = Stage::kChallenge;
    trials_[chosen_].forget();
    trial.forget();
    return use(turn_);
  }
  until_challenge_ = kShortestPause;
}

void Adaptive::challenged(Window const& window) noexcept {
  trials_[current_].measured(window);
  stage_ = Stage::kReturn;
  use(chosen_);
}

// One window may be luck: a challenger that looks better is measured twice more, in turns.
void Adaptive::returned(Window const& window) noexcept {
  trials_[chosen_].measured(window);
  auto const chosen_rate = trials_[chosen_].rate(), other = score(turn_);
  if (++duels_ < 3 && other > chosen_rate * (1 + kSurelyBetter)) {
    stage_ = Stage::kChallenge;
    return use(turn_);
  }
  stage_ = Stage::kHold;
  if (duels_ == 3 && other > chosen_rate * (1 + kSurelyBetter)) {
    chosen_ = turn_;
    watch(other);
    use(chosen_);
  }
  auto const lost = std::max(0.05, 1 - other / std::max(chosen_rate, other));
  until_challenge_ = std::clamp(stage_seconds_ * lost / kProbing, kShortestPause, kLongestPause);
}

bool Adaptive::cpu_would_do(Window const& window) const noexcept {
  return cpu_cost_.known() &&
         window.rate() * (cpu_cost_.packet(bytes_) + other_seconds_) < kMaxCpuLoad;
}

/// A setting with such a small share of the time could not be better than the CPU.
bool Adaptive::hopeless(double rate) const noexcept { return rate < kHopeless * trials_[0].rate(); }

/// Of a packet on the device in the best tasks tried; 0: unknown.
double Adaptive::device_cost() const noexcept {
  double best = 0;
  for (unsigned i = 0; i < trials_.size(); ++i)
    if (auto const cost = trials_[i].device_cost(); cost > 0 && (best == 0 || cost < best))
      best = cost;
  return best > 0 ? best : device_cost_.packet(bytes_);
}

/// The device is so slow that even all it can do would not show, and larger tasks do not help.
bool Adaptive::hardly_helps() const noexcept {
  auto const cpu_rate = trials_[0].rate();
  double smallest = 0, larger = 0;
  for (unsigned i = 0; i < trials_.size(); ++i) {
    auto const& trial = trials_[i];
    if (trial.device_cost() == 0) continue;
    if (i > 0 && hopeless(trial.rate()) && trial.device_cost() * cpu_rate * kHopelessShare > 1)
      return true;
    (trial.setting.task == options_.smallest_task ? smallest : larger) = trial.device_cost();
  }
  return smallest > 0 && larger > kFixedCost * smallest && larger * cpu_rate * kSurelyBetter > 1;
}

bool Adaptive::foreseen_to_fail(Setting const& setting) const noexcept {
  if (setting.mode == Mode::kOwn) return false;
  auto const cost = device_cost(), cpu_rate = trials_[0].rate();
  if (cost <= 0) return false;
  if (cost * cpu_rate * kSurelyBetter > 1 && cost * options_.smallest_task > kSlowTask) return true;
  if (setting.mode == Mode::kDevice) return cost * cpu_rate * kSurelyWorse > 1;
  auto const seconds = cost * setting.task * setting.depth;
  if (options_.latency > 0 && seconds > options_.latency) return true;
  if (setting.task <= options_.smallest_task) return false;
  auto const capacity = kPoolInUse * options_.pool_batches * batch_packets_;
  return seconds > kLongestTasks || (capacity > 0 && seconds * cpu_rate > capacity) ||
         hardly_helps();
}

/// The remaining two may still be equal, as far as is known.
bool Adaptive::undecided() const noexcept {
  auto const& first = trials_[queue_[0]];
  auto const& second = trials_[queue_[1]];
  return queued_ > 1 &&
         std::abs(first.rate() - second.rate()) < 2 * std::hypot(first.error(), second.error());
}

bool Adaptive::too_late(Trial const& trial) const noexcept {
  return options_.latency > 0 && trial.p99_seconds > options_.latency;
}

double Adaptive::score(unsigned index) const noexcept {
  auto const& trial = trials_[index];
  if (trial.skipped) return 0;
  // The CPU is the last choice if no setting keeps the bound.
  return index != 0 && too_late(trial) ? 0 : trial.rate();
}

Explanation Adaptive::explain() const {
  using Reason = Explanation::Reason;
  Explanation why;
  why.setting = trials_[stage_ == Stage::kSearch ? current_ : chosen_].setting;
  why.reason = light_                     ? Reason::kLightLoad
               : stage_ == Stage::kSearch ? Reason::kTrying
                                          : Reason::kFastest;
  if (why.reason == Reason::kFastest && chosen_ == 0 && options_.latency > 0) {
    bool any = false;
    for (unsigned i = 1; i < trials_.size(); ++i) any = any || score(i) > 0;
    if (!any) why.reason = Reason::kLatency;
  }
  auto const done = last_.cpu.packets + last_.device.packets;
  why.offloaded = done > 0 ? last_.device.packets / done : 0;
  why.bytes = bytes_;
  why.cpu_seconds = cpu_cost_.packet(bytes_);
  why.device_seconds = device_cost_.packet(bytes_);
  why.offload_seconds = offload_cost_.packet(bytes_);
  if (auto const parts = cpu_cost_.parts()) why.cpu_byte_seconds = parts->byte;
  if (auto const parts = device_cost_.parts()) why.device_byte_seconds = parts->byte;
  why.rate = last_.rate();
  why.cpu_rate = trials_[0].rate();
  why.idle = last_.idle_share();
  why.p99_seconds = last_.p99_seconds;
  why.latency_bound = options_.latency;
  return why;
}

}  // namespace warpline::balance
