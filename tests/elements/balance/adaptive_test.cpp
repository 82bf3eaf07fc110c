// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/policy/adaptive.hpp"

#include <gtest/gtest.h>

#include "tests/elements/balance/table.hpp"

namespace warpline::test {
namespace {

using balance::Adaptive;
using balance::Explanation;
using balance::Setting;
using balance::Window;

constexpr double kPool = SimulatedPair::kBatches;

struct Simulation {
  explicit Simulation(PairCosts costs, double latency = 0, std::uint64_t seed = 1)
      : policy({.latency = latency, .pool_batches = kPool}), pair(costs, policy, seed) {}
  Adaptive policy;
  SimulatedPair pair;
};

TEST(Adaptive, ComesWithinFivePercentOfTheBestShareInASecond) {
  for (auto const& [name, costs] : pair_cases()) {
    auto const sweep = sweep_of(costs);
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      Simulation run(costs, 0, seed);
      run.pair.run(1);
      auto const rate = run.pair.run(1).rate();
      EXPECT_GE(rate, 0.95 * sweep.best) << name << ", seed " << seed;
      EXPECT_GE(rate, 0.97 * sweep.better_end()) << name << ", seed " << seed;
    }
  }
}

TEST(Adaptive, StaysThere) {
  for (auto const& [name, costs] : pair_cases()) {
    auto const sweep = sweep_of(costs);
    Simulation run(costs);
    run.pair.run(2);
    for (int second = 2; second <= 5; ++second) {
      auto const rate = run.pair.run(1).rate();
      EXPECT_GE(rate, 0.95 * sweep.best) << name << ", second " << second;
      EXPECT_GE(rate, 0.97 * sweep.better_end()) << name << ", second " << second;
    }
  }
}

TEST(Adaptive, ConvergesAgainAfterAnyStep) {
  auto const cases = pair_cases();
  for (std::size_t t = 0; t < cases.size(); ++t) {
    auto const& to = cases[t];
    auto const sweep = sweep_of(to.costs);
    for (std::size_t const other : {1u, 3u, 7u}) {
      auto const& from = cases[(t + other) % cases.size()];
      Simulation run(from.costs);
      run.pair.run(1.3);
      run.pair.change(to.costs);
      run.pair.run(1);
      auto const rate = run.pair.run(1).rate();
      EXPECT_GE(rate, 0.95 * sweep.best) << from.name << " to " << to.name;
      EXPECT_GE(rate, 0.97 * sweep.better_end()) << from.name << " to " << to.name;
    }
  }
}

TEST(Adaptive, FollowsAChangeOfPacketSizes) {
  PairCosts costs{.cpu_packet = 50e-9, .cpu_byte = 1e-9, .device_packet = 600e-9, .size = 64};
  costs.device_byte = 0.1e-9;
  Simulation run(costs);
  run.pair.run(1);
  for (unsigned const size : {1408u, 64u, 700u}) {
    costs.size = size;
    run.pair.change(costs);
    run.pair.run(1);
    EXPECT_GE(run.pair.run(1).rate(), 0.95 * sweep_of(costs).best) << size;
  }
}

TEST(Adaptive, KeepsALightLoadOnTheCpu) {
  PairCosts costs{.cpu_packet = 1e-6, .device_packet = 50e-9, .arrivals = 500e3};
  Simulation run(costs);
  run.pair.run(1);
  auto window = run.pair.run(1);
  EXPECT_EQ(window.device.packets, 0);
  EXPECT_NEAR(window.rate(), 500e3, 1e3);
  EXPECT_EQ(run.policy.explain().reason, Explanation::Reason::kLightLoad);

  costs.arrivals = 3e6;  // what the CPU cannot do
  run.pair.change(costs);
  run.pair.run(1);
  window = run.pair.run(1);
  EXPECT_NEAR(window.rate(), 3e6, 0.03 * 3e6);
  EXPECT_GT(window.device.packets, window.cpu.packets);

  costs.arrivals = 500e3;
  run.pair.change(costs);
  run.pair.run(1);
  EXPECT_EQ(run.pair.run(1).device.packets, 0) << "and back";
}

TEST(Adaptive, KeepsALatencyBound) {
  PairCosts const costs{.cpu_packet = 1e-6, .device_task = 10e-6, .device_packet = 200e-9};
  for (double const bound : {100e-6, 200e-6, 500e-6}) {
    Simulation run(costs, bound);
    run.pair.run(1);
    auto const window = run.pair.run(1);
    EXPECT_LE(run.policy.explain().p99_seconds, bound);
    EXPECT_GE(window.rate(), 0.97e6) << "never below the CPU alone";
    EXPECT_GT(window.rate(), bound >= 200e-6 ? 2e6 : 0) << bound;
  }
}

TEST(Adaptive, StaysOnTheCpuIfOffloadingCannotKeepTheBound) {
  Simulation run({.cpu_packet = 1e-6, .device_packet = 50e-9, .device_latency = 1e-3}, 200e-6);
  run.pair.run(1);
  EXPECT_LT(run.pair.run(1).device.packets, 0.03e6);
  EXPECT_EQ(run.policy.explain().reason, Explanation::Reason::kLatency);
}

TEST(Adaptive, LearnsCostsPerPacketAndPerByte) {
  PairCosts costs{.cpu_packet = 200e-9, .cpu_byte = 2e-9, .size = 100};
  Simulation run(costs);
  run.pair.run(0.5);
  EXPECT_LT(run.policy.explain().cpu_byte_seconds, 0) << "one size cannot show the cost of a byte";
  EXPECT_NEAR(run.policy.explain().cpu_seconds, 400e-9, 4e-9);
  costs.size = 1000;
  run.pair.change(costs);
  run.pair.run(0.1);
  auto const why = run.policy.explain();
  EXPECT_NEAR(why.cpu_byte_seconds, 2e-9, 0.1e-9);
  EXPECT_NEAR(why.cpu_seconds, 2200e-9, 50e-9);
}

TEST(Adaptive, ExplainsItself) {
  Simulation run({.cpu_packet = 1e-6, .device_task = 10e-6, .device_packet = 200e-9});
  EXPECT_EQ(balance::text(run.policy.explain(), "gpu"), "CPU only: still trying");
  run.pair.run(1);
  auto const line = balance::text(run.policy.explain(), "gpu");
  EXPECT_TRUE(line.starts_with("mixed, 87.")) << line;
  EXPECT_NE(line.find("% over the CPU; CPU 1.000 us/packet, gpu 0.21"), std::string::npos) << line;
}

}  // namespace
}  // namespace warpline::test
