// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <thread>

#include "elements/balance/published.hpp"
#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

namespace warpline::test {
namespace {

struct BalancerCase {
  std::string balancer;
  int helpers;
};

std::vector<BalancerCase> balancer_cases() {
  std::vector<BalancerCase> all;
  for (auto const* balancer :
       {"LoadBalanceThruput(PERIOD 20us)", "LoadBalanceAIMD(PERIOD 20us)",
        "LoadBalanceAdaptiveGlobal(PERIOD 20us, STEP 0.1)", "LoadBalancePPC(PERIOD 20us, DEPTH 3)",
        "LoadBalanceAdaptiveMeasure(PERIOD 20us, TICKS 2, DEPTH 3)", "LoadBalanceAdaptive",
        "LoadBalanceAdaptive(LATENCY 50ms, SMALLEST 8)"})
    for (int const helpers : {0, 1}) all.push_back({balancer, helpers});
  return all;
}

std::vector<Frame> numbered(unsigned count) {
  std::vector<Frame> frames;
  for (unsigned i = 0; i < count; ++i)
    frames.push_back(
        FrameBuilder()
            .ipv4({.source = 0x0a000000 + i % 17})
            .udp(1, 2)
            .payload(Frame{static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i), 1, 2})
            .build());
  return frames;
}

// All packets of a worker keep their order, so the packets of a flow do.
TEST(Balancers, KeepTheOrderAndLoseNothing) {
  auto const frames = numbered(4000);
  for (auto const& [balancer, helpers] : balancer_cases()) {
    SCOPED_TRACE(balancer + ", helpers: " + std::to_string(helpers));
    RunOptions options{.bursts = {32, 7, 64, 1}};
    options.host_helpers = helpers;
    PipelineRunner runner("FromInput -> b :: " + balancer + " -> FlowHash -> ToOutput;", options);
    for (int run = 0; run < 8; ++run)
      ASSERT_EQ(runner.run(frames).frames(0), frames) << "run " << run;
    EXPECT_FALSE(runner.graph().find("b")->element->explanation().empty());
  }
}

TEST(Balancers, DoSoOnAThreadOfTheirOwn) {
  auto const frames = numbered(4000);
  for (auto const& [balancer, helpers] : balancer_cases()) {
    SCOPED_TRACE(balancer + ", helpers: " + std::to_string(helpers));
    RunOptions options{.bursts = {32, 7, 64, 1}};
    options.host_helpers = helpers;
    options.threaded = true;
    PipelineRunner runner("FromInput -> " + balancer + " -> FlowHash -> ToOutput;", options);
    EXPECT_EQ(runner.run(frames).frames(0), frames);
  }
}

TEST(Balancers, StayOnTheCpuIfNothingOffloads) {
  for (auto const& [balancer, helpers] : balancer_cases()) {
    RunOptions options{.kernels = Kernels::kCpu};
    options.host_helpers = helpers;
    auto const frames = numbered(200);
    EXPECT_EQ(
        run_pipeline("FromInput -> " + balancer + " -> FlowHash -> ToOutput;", frames, options)
            .frames(0),
        frames);
  }
}

TEST(Balancers, RefuseWhatMakesNoSense) {
  auto const error = [](std::string const& balancer) {
    auto const line =
        error_line("FromInput -> " + balancer + " -> FlowHash -> ToOutput;", {.host_helpers = 0});
    return line.substr(line.find("error: ") + 7);
  };
  EXPECT_EQ(error("LoadBalanceThruput(PERIOD 0s)"),
            "LoadBalanceThruput: PERIOD is not a time; expected one above 0, e.g. 200ms");
  EXPECT_EQ(error("LoadBalanceThruput(STEP 0)"),
            "LoadBalanceThruput: STEP is 0; expected 0.001 to 1");
  EXPECT_EQ(error("LoadBalanceAIMD(OVERLOAD 1.5)"),
            "LoadBalanceAIMD: OVERLOAD is 1.5; expected 0 to 1");
  EXPECT_EQ(error("LoadBalanceAIMD(BUSY 0.9, OVERLOAD 0.8)"),
            "LoadBalanceAIMD: BUSY is above OVERLOAD; expected at most that");
  EXPECT_EQ(error("LoadBalanceAdaptiveGlobal(STEP 0.6)"),
            "LoadBalanceAdaptiveGlobal: STEP is above 0.5; expected 0.001 to 0.5");
  EXPECT_EQ(error("LoadBalancePPC(DEPTH 0)"), "LoadBalancePPC: DEPTH is 0; expected 1 to 1024");
  EXPECT_EQ(error("LoadBalanceAdaptiveMeasure(TICKS 0)"),
            "LoadBalanceAdaptiveMeasure: TICKS is 0; expected 1 to 10000");
  EXPECT_EQ(error("LoadBalanceAdaptive(LATENCY 0us)"),
            "LoadBalanceAdaptive: LATENCY is not a time; expected one above 0, e.g. 200us");
  EXPECT_EQ(error("LoadBalanceAdaptive(SMALLEST 0)"),
            "LoadBalanceAdaptive: SMALLEST is 0; expected 1 to 65536");
  EXPECT_EQ(error("LoadBalanceAdaptive(DEVICE cpu)"),
            "LoadBalanceAdaptive: 'cpu' is the worker's CPU; expected a device");
}

TEST(LoadBalanceAdaptiveMeasure, PrintsALineForEveryShare) {
  RunOptions options{.bursts = {32}};
  options.host_helpers = 0;
  PipelineRunner runner(
      "FromInput -> m :: LoadBalanceAdaptiveMeasure(PERIOD 1us, TICKS 1, STEP 0.25)"
      " -> FlowHash -> ToOutput;",
      options);
  auto const printed = runner.run(numbered(2000)).printed;
  ASSERT_EQ(printed.size(), 6u);
  for (unsigned i = 0; i < 5; ++i) {
    char begin[32];
    std::snprintf(begin, sizeof begin, "m: share %.3f: ", i * 0.25);
    EXPECT_TRUE(printed[i].starts_with(begin)) << printed[i];
  }
  EXPECT_TRUE(printed[5].starts_with("m: best share ")) << printed[5];
}

TEST(Published, IsNeverHalfOfTwoValues) {
  struct Pair {
    std::uint64_t one, two;
    char more[20];
  };
  Published<Pair> published;
  std::thread setter([&] {
    for (std::uint64_t i = 1; i <= 100'000; ++i) published.set({i, 2 * i, {}});
  });
  for (std::uint64_t last = 0; last < 100'000;) {
    auto const [one, two, more] = published.get();
    EXPECT_EQ(two, 2 * one);
    EXPECT_GE(one, last);
    last = one;
  }
  setter.join();
}

}  // namespace
}  // namespace warpline::test
