// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "elements/balance/policy/cost.hpp"
#include "elements/balance/policy/explanation.hpp"
#include "elements/balance/policy/policy.hpp"
#include "elements/balance/policy/setting.hpp"
#include "elements/balance/policy/watch.hpp"

namespace warpline::balance {

/// Tries ways to split and keeps the one with the most packets per second.
///
/// Under load the mixed settings find the share by themselves: the device gets tasks while it can
/// accept them and the CPU processes the rest, so neither waits. The search must find out whether
/// that beats either alone, with which task size and how many tasks at a time. It measures each for
/// some milliseconds and the best again; later it tries one other from time to time, at a loss of
/// about half a percent. A search starts again when packet sizes or rate change. While the CPU has
/// idle time nothing is offloaded.
class Adaptive final : public Policy {
 public:
  struct Options {
    double latency = 0;  ///< bound on the p99 from receive to transmit, in seconds; 0: none
    unsigned smallest_task = 64, largest_task = 1024;  ///< packets
    double pool_batches = 0;                           ///< of the worker; 0: no bound
  };
  explicit Adaptive(Options options);

  bool to_device(Present const& present) noexcept override;
  double period() const noexcept override { return period_; }
  void observe(Window const& window) noexcept override;
  unsigned task_packets() const noexcept override { return setting().task; }

  Setting const& setting() const { return trials_[current_].setting; }
  Explanation explain() const;

 private:
  enum class Stage : unsigned char { kSearch, kHold, kChallenge, kReturn };

  void learn(Window const& window) noexcept;
  void use(unsigned trial) noexcept;
  void measured(Window const& window) noexcept;
  void search() noexcept;
  void next_of_search() noexcept;
  void next_round() noexcept;
  void choose() noexcept;
  void hold(Window const& window) noexcept;
  void challenge() noexcept;
  void challenged(Window const& window) noexcept;
  void returned(Window const& window) noexcept;
  void light_load() noexcept;
  bool cpu_would_do(Window const& window) const noexcept;
  void watch(double rate) noexcept;
  bool speed_changed(Window const& window) noexcept;
  bool decided_anyway(double rate) const noexcept;
  bool due() const noexcept;
  double measuring_period() const noexcept;
  bool foreseen_to_fail(Setting const& setting) const noexcept;
  bool too_late(Trial const& trial) const noexcept;
  bool undecided() const noexcept;
  bool hopeless(double rate) const noexcept;
  double device_cost() const noexcept;
  bool hardly_helps() const noexcept;
  double score(unsigned trial) const noexcept;

  Options options_;
  Trials trials_;
  Stage stage_ = Stage::kSearch;
  unsigned current_ = 0, chosen_ = 0;

  // The window in progress.
  bool settling_ = true;
  double period_;
  Window seen_;

  // The search.
  unsigned searches_ = 0, round_ = 0, queued_ = 0, at_ = 0;
  std::array<unsigned char, Trials::kMax> queue_{};

  // While holding.
  bool light_ = false;
  Watch rate_{0.08}, size_{0.15}, cpu_watch_{0.15}, device_watch_{0.2}, share_{0.3};
  double since_search_ = 0, search_seconds_ = 0, stage_seconds_ = 0, until_challenge_ = 0;
  double restless_ = 1;  // the larger this is, the larger a change must be
  unsigned late_ = 0, turn_ = 0, duels_ = 0;

  // Learnt.
  Cost cpu_cost_, device_cost_, offload_cost_;
  double task_seconds_ = 0, bytes_ = 0, other_seconds_ = 0, batch_packets_ = 0;
  Window last_;
};

}  // namespace warpline::balance
