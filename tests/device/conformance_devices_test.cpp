// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "gpu/cuda/probe.hpp"
#include "tests/elements/conformance.hpp"
#include "tests/elements/element_files.hpp"

/// Every offloadable element gives the same bytes, order and drops on every device, however packets
/// get there and however the worker learns that they are through.
namespace warpline {
namespace {

using Mode = std::tuple<test::ConformanceCase, std::string, Transfer, stream::Completion>;

class ConformanceOfDevices : public testing::TestWithParam<Mode> {};

TEST_P(ConformanceOfDevices, GiveTheBytesOfTheBody) {
  auto const& [subject, device, transfer, completion] = GetParam();
  ASSERT_NE(subject.pipeline, "") << "add a line for " << subject.name << " to conformance.cpp";
  bool const cuda = device == "cuda";
  if (cuda) {
    auto const probe_result = cuda::probe();
    if (probe_result.devices.empty()) GTEST_SKIP() << "no CUDA device: " << probe_result.reason;
    RecordProperty("gpu", probe_result.devices.front().name);
  }

  std::uint64_t const seed = 23;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::vector<test::Frame> frames;
  for (std::size_t i = 0; i < 800; ++i)
    frames.push_back(test::frame_of(random, i < 600 ? random() % 200 : random() % 2049));

  test::ElementFiles files;
  test::RunOptions options;
  options.bursts = {32, 1, 256, 7};
  options.frame_size = 2304;
  options.tailroom = 128;
  options.source_name = files.pipeline_name();
  auto const run = [&](std::string const& balancer) {
    return test::run_pipeline("FromInput(BURST 256) -> l :: " + balancer + " -> " +
                                  subject.pipeline + " -> o :: ToOutput;",
                              frames, options);
  };
  options.kernels = test::Kernels::kBody;
  auto const expected = run("CPUOnly");

  options.kernels = test::Kernels::kDevice;
  options.lanes.transfer = transfer;
  options.lanes.completion = completion;
  options.lanes.frame_size = options.frame_size;
  options.lanes.streams = 2;
  options.host_helpers = 2;
  options.cuda = cuda;
  test::expect_same(run(cuda ? "GPUOnly(DEVICE cuda:0)" : "GPUOnly(DEVICE host)"), expected);
}

std::string name_of_mode(testing::TestParamInfo<Mode> const& info) {
  auto const& [subject, device, transfer, completion] = info.param;
  return subject.name + "_" + device + "_" + std::string(name_of(transfer)) + "_" +
         std::string(name_of(completion));
}
INSTANTIATE_TEST_SUITE_P(Registered, ConformanceOfDevices,
                         testing::Combine(testing::ValuesIn(test::conformance_cases()),
                                          testing::Values("host", "cuda"),
                                          testing::ValuesIn(kTransfers),
                                          testing::ValuesIn(stream::kCompletions)),
                         name_of_mode);

}  // namespace
}  // namespace warpline
