// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <numeric>

#include "tests/elements/conformance.hpp"
#include "tests/elements/element_files.hpp"
#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

/// Every offloadable element gives the same bytes, order, drops and tags whoever runs its kernel:
/// the one body or the tuned form on the CPU, its form for teams of GPU threads, or a device.
/// Elements enrol by being registered.
namespace warpline {
namespace {

using test::Frame;
using test::Kernels;
using test::Outcome;
using test::RunOptions;

/// Who runs the kernels in a run.
struct Executor {
  std::string name;
  std::string balancer;
  Kernels kernels = Kernels::kDevice;
  int helpers = 0;
  bool threaded = false;
  std::uint32_t shared_bytes = 0;
};

using test::expect_same;
using test::frame_of;

class Conformance : public testing::TestWithParam<test::ConformanceCase> {
 protected:
  Outcome run(Executor const& executor, std::vector<Frame> const& frames,
              std::vector<unsigned> const& bursts) {
    RunOptions options;
    options.bursts = bursts;
    options.frame_size = 2304;
    options.tailroom = 128;
    options.kernels = executor.kernels;
    options.host_helpers = executor.helpers;
    options.threaded = executor.threaded;
    options.shared_bytes = executor.shared_bytes;
    options.source_name = files_.pipeline_name();
    return test::run_pipeline("FromInput(BURST 256) -> l :: " + executor.balancer + " -> " +
                                  GetParam().pipeline + " -> o :: ToOutput;",
                              frames, options);
  }

  void compare(std::vector<Frame> const& frames, std::vector<unsigned> const& bursts) {
    ASSERT_NE(GetParam().pipeline, "") << "add a line for " << GetParam().name
                                       << " to the table in tests/elements/conformance.cpp";
    auto const body = run({"body", "CPUOnly", Kernels::kBody}, frames, bursts);
    // After TestAnySa no element has prepared the packets.
    bool const unprepared = GetParam().pipeline.find("TestAnySa -> e") != std::string::npos;
    EXPECT_TRUE(unprepared || body.transmitted > 0) << "a test without packets shows nothing";
    for (auto const& executor : std::vector<Executor>{
             {"the CPU", "CPUOnly", Kernels::kCpu},
             {"a GPU's teams, emulated", "CPUOnly", Kernels::kTeam, 0, false, 48 * 1024},
             {"a small GPU's teams, emulated", "CPUOnly", Kernels::kTeam, 0, false, 10 * 1024},
             {"the host device, inline", "GPUOnly(DEVICE host)"},
             {"the host device", "GPUOnly(DEVICE host)", Kernels::kDevice, 1},
             {"CPU and device mixed", "LoadBalanceByWeight(0.5)", Kernels::kDevice, 1}}) {
      SCOPED_TRACE(executor.name);
      expect_same(run(executor, frames, bursts), body);
    }
  }

  test::ElementFiles files_;
};
INSTANTIATE_TEST_SUITE_P(Registered, Conformance, testing::ValuesIn(test::conformance_cases()),
                         [](auto const& parameter) { return parameter.param.name; });

TEST_P(Conformance, HoldsForAllLengthsUpTo2048) {
  std::uint64_t const seed = 20;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::vector<std::size_t> lengths(2049);
  std::iota(lengths.begin(), lengths.end(), std::size_t{0});
  std::shuffle(lengths.begin(), lengths.end(), random);
  std::vector<Frame> frames;
  for (auto const length : lengths) frames.push_back(frame_of(random, length));
  std::vector<unsigned> bursts;
  for (int i = 0; i < 50; ++i) bursts.push_back(1 + static_cast<unsigned>(random() % 256));
  compare(frames, bursts);
}

TEST_P(Conformance, HoldsForAllBatchSizes) {
  std::uint64_t const seed = 21;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::vector<unsigned> bursts(256);
  std::iota(bursts.begin(), bursts.end(), 1u);
  std::shuffle(bursts.begin(), bursts.end(), random);
  std::vector<Frame> frames;
  // Small frames, so that sizes rather than lengths take the time.
  for (unsigned i = 0; i < 256 * 257 / 2; ++i) frames.push_back(frame_of(random, random() % 100));
  compare(frames, bursts);
}

TEST_P(Conformance, HoldsOnAWorkersThreadWithADevicesThread) {
  std::uint64_t const seed = 22;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::vector<Frame> frames;
  for (int i = 0; i < 3000; ++i) frames.push_back(frame_of(random, random() % 400));
  std::vector<unsigned> const bursts = {32, 1, 256, 7};
  auto const expected = run({"", "CPUOnly", Kernels::kBody}, frames, bursts);
  for (auto const* balancer : {"GPUOnly(DEVICE host)", "LoadBalanceByWeight(0.5)"})
    for (int helpers = 0; helpers <= 2; ++helpers) {
      SCOPED_TRACE(std::string(balancer) + ", helper threads: " + std::to_string(helpers));
      expect_same(run({"", balancer, Kernels::kDevice, helpers, true}, frames, bursts), expected);
    }
}

}  // namespace
}  // namespace warpline
