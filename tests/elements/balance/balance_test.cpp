// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/pipeline_runner.hpp"
#include "tests/support/scoped.hpp"
#include "tests/support/traffic.hpp"

namespace warpline {
namespace {

using test::error_line;
using test::error_of;
using test::Frame;
using test::PipelineRunner;
using test::ScopedEnvironment;

/// A balancer in front of an offloadable element, and what it did with one-packet batches.
struct Shares {
  std::uint64_t cpu = 0, device = 0;
  std::vector<std::string> notices;
};
Shares shares_of(std::string const& balancer, std::size_t batches, test::RunOptions options = {}) {
  if (options.host_helpers < 0) options.host_helpers = 0;
  options.bursts = {1};
  PipelineRunner runner("FromInput -> " + balancer + " -> FlowHash -> ToOutput;", options);
  auto const frame = test::FrameBuilder().ipv4().udp(1, 2).build();
  auto const out = runner.run(std::vector<Frame>(batches, frame));
  EXPECT_EQ(out.transmitted, batches);
  for (auto const& sent : out.sent[0]) EXPECT_NE(sent.flow, 0u);
  return {runner.offloader().counters(0).batches.get(),
          runner.offloader().counters(1).batches.get(), runner.notices()};
}
std::string error_with(std::string const& balancer, int helpers = 0) {
  return error_line("FromInput -> " + balancer + " -> FlowHash -> ToOutput;",
                    {.host_helpers = helpers});
}

TEST(CPUOnly, KeepsEverythingOnTheCpu) {
  auto const shares = shares_of("CPUOnly", 100);
  EXPECT_EQ(shares.cpu, 100u);
  EXPECT_EQ(shares.device, 0u);
  EXPECT_EQ(shares_of("GPUOnly -> CPUOnly", 10).cpu, 10u) << "the last balancer decides";
}

TEST(GPUOnly, SendsEverythingToTheDevice) {
  for (auto const* balancer : {"GPUOnly", "GPUOnly(DEVICE host)"}) {
    auto const shares = shares_of(balancer, 100);
    EXPECT_EQ(shares.cpu, 0u);
    EXPECT_EQ(shares.device, 100u);
  }
}

TEST(GPUOnly, SaysThatItTakesTheHostDeviceForWantOfAnother) {
  EXPECT_EQ(shares_of("GPUOnly", 1).notices,
            std::vector<std::string>{"GPUOnly: no CUDA device; offloading to 'host', kernel bodies "
                                     "inline on the worker's CPU"});
  EXPECT_TRUE(shares_of("GPUOnly(DEVICE host)", 1).notices.empty()) << "it was asked for";
}

TEST(GPUOnly, SaysWhatDevicesThereAre) {
  EXPECT_EQ(error_of("FromInput -> GPUOnly(DEVICE hots) -> ToOutput;", {.host_helpers = 0}),
            "test.click:1:29: error: GPUOnly: unknown device 'hots'; there are: cpu host; did you "
            "mean 'host'?\n"
            "  FromInput -> GPUOnly(DEVICE hots) -> ToOutput;\n"
            "                              ^");
  EXPECT_EQ(error_with("GPUOnly(DEVICE cpu)"),
            "test.click:1:29: error: GPUOnly: 'cpu' is the worker's CPU; expected a device");
  EXPECT_EQ(error_with("GPUOnly", -1),
            "test.click:1:14: error: GPUOnly: there is no device to offload to; give the host "
            "device helper cores");
}

TEST(LoadBalanceByWeight, KeepsItsShareOnTheCpu) {
  // 4,000 draws: five standard deviations of 0.3 are 145.
  auto const shares = shares_of("LoadBalanceByWeight(0.3)", 4000);
  EXPECT_NEAR(static_cast<double>(shares.cpu), 1200, 145);
  EXPECT_EQ(shares.cpu + shares.device, 4000u);
}

TEST(LoadBalanceByWeight, TakesTheEndsLiterally) {
  EXPECT_EQ(shares_of("LoadBalanceByWeight(1)", 1000).cpu, 1000u);
  EXPECT_EQ(shares_of("LoadBalanceByWeight(0.0)", 1000).device, 1000u);
}

TEST(LoadBalanceByWeight, DrawsByTheSeedAndTheWorker) {
  auto const cpu = [](std::uint64_t seed, unsigned worker) {
    return shares_of("LoadBalanceByWeight(WEIGHT 0.5, DEVICE host)", 1000,
                     {.worker = worker, .workers = 2, .seed = seed})
        .cpu;
  };
  EXPECT_EQ(cpu(1, 0), cpu(1, 0));
  EXPECT_FALSE(cpu(1, 0) == cpu(1, 1) && cpu(1, 0) == cpu(2, 0) && cpu(1, 0) == cpu(3, 0));
}

TEST(LoadBalanceByWeight, NeedsNoDeviceForAShareOfOne) {
  EXPECT_EQ(error_with("LoadBalanceByWeight(1.0)", -1), "no error");
  EXPECT_EQ(error_with("LoadBalanceByWeight(0.99)", -1),
            "test.click:1:14: error: LoadBalanceByWeight: there is no device to offload to; give "
            "the host device helper cores");
}

TEST(LoadBalanceByWeight, ReadsTheEnvironment) {
  ScopedEnvironment const none("WARPLINE_LOADBALANCER_CPU_RATIO", std::nullopt);
  {
    ScopedEnvironment const unset("NBA_LOADBALANCER_CPU_RATIO", std::nullopt);
    EXPECT_EQ(shares_of("LoadBalanceByWeight(from-env)", 100).cpu, 100u);
  }
  ScopedEnvironment const old_name("NBA_LOADBALANCER_CPU_RATIO", "0");
  EXPECT_EQ(shares_of("LoadBalanceByWeight(from-env)", 100).device, 100u);
  ScopedEnvironment const new_name("WARPLINE_LOADBALANCER_CPU_RATIO", "1.0");
  EXPECT_EQ(shares_of("LoadBalanceByWeight(from-env)", 100).cpu, 100u) << "ours goes first";
}

TEST(LoadBalanceByWeight, SaysWhatAShareMayBe) {
  for (std::string const share : {"1.1", "-0.5", "half", "nan", "0.5x"})
    EXPECT_EQ(error_with("LoadBalanceByWeight(" + share + ")"),
              "test.click:1:34: error: LoadBalanceByWeight: WEIGHT is '" + share +
                  "'; expected a share from 0 to 1, or from-env");
  EXPECT_EQ(error_with("LoadBalanceByWeight"),
            "test.click:1:14: error: LoadBalanceByWeight: missing argument WEIGHT");
  ScopedEnvironment const wrong("WARPLINE_LOADBALANCER_CPU_RATIO", "2");
  EXPECT_EQ(error_with("LoadBalanceByWeight(from-env)"),
            "test.click:1:34: error: LoadBalanceByWeight: the environment's "
            "WARPLINE_LOADBALANCER_CPU_RATIO is '2'; expected a share from 0 to 1");
}

TEST(LoadBalanceByEnv, IsWhatTheEnvironmentSays) {
  ScopedEnvironment const none("NBA_LOADBALANCER_MODE", std::nullopt);
  {
    ScopedEnvironment const unset("WARPLINE_LOADBALANCER_MODE", std::nullopt);
    EXPECT_EQ(shares_of("LoadBalanceByEnv", 10).cpu, 10u);
    ScopedEnvironment const old_name("NBA_LOADBALANCER_MODE", "GPUOnly");
    EXPECT_EQ(shares_of("LoadBalanceByEnv(DEVICE host)", 10).device, 10u);
  }
  ScopedEnvironment const mode("WARPLINE_LOADBALANCER_MODE", "GPUOnly");
  EXPECT_EQ(shares_of("LoadBalanceByEnv", 10).device, 10u);
  ScopedEnvironment const other("WARPLINE_LOADBALANCER_MODE", "CPUOnly");
  EXPECT_EQ(shares_of("LoadBalanceByEnv", 10).cpu, 10u);
}

TEST(LoadBalanceByEnv, SaysWhatModesThereAre) {
  ScopedEnvironment const wrong("WARPLINE_LOADBALANCER_MODE", "gpu");
  EXPECT_EQ(error_with("LoadBalanceByEnv"),
            "test.click:1:14: error: LoadBalanceByEnv: the environment's "
            "WARPLINE_LOADBALANCER_MODE is 'gpu'; expected CPUOnly or GPUOnly");
}

}  // namespace
}  // namespace warpline
