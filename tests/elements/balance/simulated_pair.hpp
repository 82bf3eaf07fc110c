// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/base/random.hpp"
#include "elements/balance/policy/policy.hpp"

namespace warpline::test {

/// What packets cost, in seconds, and how they come.
struct PairCosts {
  double source = 30e-9, sink = 20e-9;       ///< a packet, of the worker
  double cpu_packet = 500e-9, cpu_byte = 0;  ///< on the CPU
  double offload_packet = 10e-9;             ///< of the worker, for one that it offloads
  double offload_task = 2e-6;                ///< of the worker, for a task
  double device_task = 5e-6;                 ///< of the device, which does one task at a time
  double device_packet = 100e-9, device_byte = 0;
  double device_latency = 0;  ///< more per task, in which others may run
  double interference = 0;    ///< the CPU is slower while the device is busy
  double noise = 0;           ///< every cost is off by up to this share
  double arrivals = 0;        ///< packets a second; 0: as many as are taken
  unsigned size = 64;         ///< bytes of a packet
};

/// A worker with one device, in simulated time: batches, tasks, tickets and a finite pool as the
/// engine has them. What it does depends on the costs, the policy and the seed alone.
class SimulatedPair {
 public:
  static constexpr unsigned kBurst = 64, kBatches = 192, kTasks = 4;

  SimulatedPair(PairCosts costs, balance::Policy& policy, std::uint64_t seed = 1)
      : costs_(costs), policy_(policy), random_(seed), due_(policy.period()) {}

  /// Costs from now on.
  void change(PairCosts const& costs) { costs_ = costs; }
  /// Runs for `seconds` of simulated time and returns what was transmitted and done in it.
  balance::Window run(double seconds);
  double now() const { return now_; }
  /// Packets that came while the queue before the worker was full.
  double missed() const { return missed_; }

 private:
  struct Batch {
    unsigned packets;
    double bytes, received;
    bool done = false;
  };
  struct Task {
    std::vector<std::uint64_t> tickets;
    double packets = 0, bytes = 0, opened = 0, submitted = 0, done = 0;
  };

  double noisy(double cost) {
    return costs_.noise > 0 ? cost * (1 + costs_.noise * (2 * random_.fraction() - 1)) : cost;
  }
  void turn(double end);
  unsigned received();
  void take(unsigned packets);
  void cpu(Batch& batch);
  void gather(std::uint64_t ticket, Batch const& batch);
  void send();
  void retire();
  void release();
  double next_event() const;
  balance::Present present() const;
  balance::Window reading() const;
  void read();

  PairCosts costs_;
  balance::Policy& policy_;
  Random random_;
  double now_ = 0, due_, idle_ = 0, missed_ = 0;
  double arrived_at_ = 0, backlog_ = 0;
  std::deque<Batch> inside_;  // by ticket
  std::uint64_t first_ticket_ = 0;
  std::deque<Task> flying_;
  std::deque<std::uint64_t> queued_;
  Task open_;
  double waiting_ = 0, device_free_ = 0, busy_since_ = 0;
  balance::Window total_, last_;
  std::vector<std::pair<double, unsigned>> latencies_;  // of the window
};

}  // namespace warpline::test
