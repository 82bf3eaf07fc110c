// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "elements/balance/policy/adaptive_global.hpp"
#include "elements/balance/policy/aimd.hpp"
#include "elements/balance/policy/measure.hpp"
#include "elements/balance/policy/ppc.hpp"
#include "elements/balance/policy/thruput.hpp"
#include "tests/elements/balance/table.hpp"

namespace warpline::test {
namespace {

using namespace balance;

PairCosts const kOwnWins{.cpu_packet = 300e-9, .device_packet = 1.5e-6};
PairCosts const kDeviceWins{.cpu_packet = 1e-6, .device_task = 10e-6, .device_packet = 200e-9};

double offloaded(Window const& window) {
  return window.device.packets / (window.cpu.packets + window.device.packets);
}

TEST(RunShare, SplitsExactly) {
  for (double const share : {0.05, 0.3, 0.5, 0.9, 0.99}) {
    RunShare runs(32);
    int cpu = 0;
    for (int i = 0; i < 320'000; ++i) cpu += !runs.to_device(share);
    EXPECT_NEAR(cpu / 320e3, share, 0.01) << share;
  }
}

TEST(RunShare, DividesByNothingAtTheEnds) {
  RunShare runs(32);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(runs.to_device(1));
    EXPECT_TRUE(runs.to_device(0));
  }
}

TEST(Thruput, LeavesTheCpuIfTheDeviceIsFaster) {
  Thruput policy({.period = 0.005}, 1);
  SimulatedPair pair(kDeviceWins, policy);
  pair.run(4);
  EXPECT_LT(policy.cpu_share(), 0.5);
  EXPECT_GT(pair.run(1).rate(), 1.5 * rate_of_share(kDeviceWins, 1));
}

TEST(Thruput, StaysNearTheCpuIfThatIsFaster) {
  Thruput policy({.period = 0.005}, 1);
  SimulatedPair pair({.cpu_packet = 100e-9, .device_packet = 7e-6}, policy);
  pair.run(2);
  EXPECT_GT(policy.cpu_share(), 0.8);
}

TEST(Aimd, TakesLoadOffABusyWorkerAndGivesItBackToAnIdleOne) {
  auto costs = kDeviceWins;
  Aimd policy({.period = 0.01}, 1);
  SimulatedPair pair(costs, policy);
  pair.run(0.2);
  EXPECT_LT(policy.cpu_share(), 0.3) << "everything that comes is taken: it is busy";
  costs.arrivals = 100e3;
  pair.change(costs);
  pair.run(1.5);
  EXPECT_EQ(policy.cpu_share(), 1) << "a tenth of its time is needed";
}

TEST(Aimd, TellsIdleFromPolling) {
  Aimd policy({}, 1);
  Window window;
  window.seconds = 0.1;
  window.idle_seconds = 0.08;
  policy.observe(window);
  EXPECT_EQ(policy.cpu_share(), 1);
  window.idle_seconds = 0.005;
  policy.observe(window);
  EXPECT_NEAR(policy.cpu_share(), 0.81, 1e-9);
  window.idle_seconds = 0;
  policy.observe(window);
  EXPECT_NEAR(policy.cpu_share(), 0.415, 1e-9);
}

TEST(AdaptiveGlobal, EndsOneStepFromTheCheaperSide) {
  for (auto const& [costs, share] : {std::pair(kOwnWins, 0.95), std::pair(kDeviceWins, 0.05)}) {
    auto cpu_share = std::make_shared<std::atomic<double>>(0.5);
    AdaptiveGlobal policy({.period = 0.01, .step = 0.05}, 1, cpu_share, true);
    SimulatedPair pair(costs, policy);
    pair.run(1);
    EXPECT_NEAR(policy.cpu_share(), share, 1e-9);
    EXPECT_NEAR(1 - offloaded(pair.run(1)), share, 0.05);
  }
}

TEST(AdaptiveGlobal, OneWorkerDecidesForAll) {
  auto share = std::make_shared<std::atomic<double>>(0.5);
  AdaptiveGlobal first({}, 1, share, true), second({}, 2, share, false);
  Window window;
  window.seconds = 0.1;
  window.cpu = {.packets = 100, .bytes = 6400, .tasks = 2, .worker_seconds = 1e-3};
  window.device = {.packets = 100, .bytes = 6400, .tasks = 2, .busy_seconds = 1e-4};
  second.observe(window);
  EXPECT_EQ(second.cpu_share(), 0.5);
  first.observe(window);
  EXPECT_NEAR(second.cpu_share(), 0.49, 1e-9);
}

TEST(Ppc, UsesTheShareThatItHasFound) {
  for (auto const& costs : {kOwnWins, kDeviceWins}) {
    Ppc policy({.period = 0.02});
    SimulatedPair pair(costs, policy);
    pair.run(1);
    for (int i = 0; i < 20; ++i) {
      auto const share = policy.cpu_share();
      auto const window = pair.run(0.02);
      if (share == policy.cpu_share()) {
        EXPECT_NEAR(1 - offloaded(window), share, 0.15);
      }
    }
  }
}

TEST(Ppc, GoesToTheCheaperSideAndSurvivesAShareOfOne) {
  Ppc cpu({.period = 0.02}), device({.period = 0.02});
  SimulatedPair cpu_wins(kOwnWins, cpu), device_wins(kDeviceWins, device);
  cpu_wins.run(2);
  device_wins.run(2);
  bool all = false;
  for (int i = 0; i < 20; ++i) {
    EXPECT_GE(cpu.cpu_share(), 0.75);
    EXPECT_LE(device.cpu_share(), 0.25);
    all = all || cpu.cpu_share() == 1;
    EXPECT_GT(cpu_wins.run(0.02).packets, 0);
    EXPECT_GT(device_wins.run(0.02).packets, 0);
  }
  EXPECT_TRUE(all);
}

TEST(Measure, TriesEveryShareAndKeepsTheBest) {
  std::vector<std::vector<double>> runs;
  for (int run = 0; run < 2; ++run) {
    std::vector<double> rates;
    Measure::Line best{};
    Measure policy({.period = 0.01, .ticks = 4}, [&](Measure::Line const& line, bool last) {
      if (last) {
        best = line;
        return;
      }
      EXPECT_NEAR(line.cpu_share, static_cast<double>(rates.size()) / 20, 1e-9);
      rates.push_back(line.window.rate());
    });
    SimulatedPair pair(kDeviceWins, policy);
    pair.run(1);
    ASSERT_EQ(rates.size(), 21u);
    EXPECT_TRUE(policy.done());
    EXPECT_EQ(policy.cpu_share(), best.cpu_share);
    EXPECT_EQ(best.window.rate(), *std::max_element(rates.begin(), rates.end()));
    EXPECT_GE(pair.run(0.5).rate(), 0.95 * sweep_of(kDeviceWins).best);
    runs.push_back(rates);
  }
  EXPECT_EQ(runs[0], runs[1]) << "nothing of it comes from memory that nobody wrote";
}

}  // namespace
}  // namespace warpline::test
