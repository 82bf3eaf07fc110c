// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

/// Batches carry the sum of their lengths from element to element: it must be the true one whatever
/// the elements between have done.
namespace warpline::test {
namespace {

std::uint64_t bytes_of(std::vector<Frame> const& frames) {
  std::uint64_t bytes = 0;
  for (auto const& frame : frames) bytes += frame.size();
  return bytes;
}

class ByteCounts : public ::testing::TestWithParam<Kernels> {
 protected:
  static RunOptions options() {
    RunOptions options;
    options.bursts = {1, 7, 64, 3};
    options.tailroom = 64;
    options.kernels = GetParam();
    options.host_helpers = 0;
    return options;
  }
};

TEST_P(ByteCounts, AreThoseOfThePacketsThatGoOn) {
  PipelineRunner runner(
      "FromInput -> CheckIPHeader -> EtherMirror -> GPUOnly -> a :: Counter -> FlowHash -> b :: "
      "Counter -> Paint(1) -> c :: CheckPaint(1) -> d :: Counter -> ToOutput;",
      options());
  auto const out = runner.run(mixed_traffic(1, 500));
  auto const bytes = bytes_of(out.frames(0));
  ASSERT_GT(out.dropped, 0u);
  for (auto const* name : {"a", "b", "c", "d"})
    EXPECT_EQ(runner.counters(name).bytes.get(), bytes) << name;
}

TEST_P(ByteCounts, FollowLengthsThatElementsChange) {
  PipelineRunner runner(
      "FromInput -> a :: CheckIPHeader -> GPUOnly -> IPsecEncrypt(aes128-gcm) -> b :: Counter -> "
      "EtherMirror -> c :: Counter -> ToOutput;",
      options());
  auto const frames = mixed_traffic(2, 500);
  auto const out = runner.run(frames);
  auto const bytes = bytes_of(out.frames(0));
  ASSERT_GT(out.transmitted, 0u);
  EXPECT_EQ(runner.counters("a").bytes.get(), bytes_of(frames));
  EXPECT_EQ(runner.counters("b").bytes.get(), bytes);
  EXPECT_EQ(runner.counters("c").bytes.get(), bytes);
}

TEST_P(ByteCounts, AreRightBehindSplitsAndQueues) {
  PipelineRunner runner(
      "FromInput -> s :: PacketSizeClassifier(100, 500); s[0] -> a :: Counter -> Queue -> b :: "
      "Counter -> ToOutput; s[1] -> c :: Counter -> t :: Tee; t[0] -> d :: Counter -> ToOutput; "
      "t[1] -> e :: Counter -> Discard; s[2] -> Discard;",
      options());
  runner.run(mixed_traffic(3, 500));
  EXPECT_EQ(runner.counters("a").bytes.get(), runner.counters("b").bytes.get());
  EXPECT_EQ(runner.counters("c").bytes.get(), runner.counters("d").bytes.get());
  EXPECT_EQ(runner.counters("c").bytes.get(), runner.counters("e").bytes.get());
  EXPECT_GT(runner.counters("a").bytes.get() + runner.counters("c").bytes.get(), 0u);
}

std::string name_of(::testing::TestParamInfo<Kernels> const& parameter) {
  constexpr char const* kNames[] = {"CpuDevice", "Body", "Team", "Device"};
  return kNames[static_cast<unsigned>(parameter.param)];
}
INSTANTIATE_TEST_SUITE_P(Where, ByteCounts,
                         ::testing::Values(Kernels::kCpu, Kernels::kBody, Kernels::kTeam,
                                           Kernels::kDevice),
                         name_of);

}  // namespace
}  // namespace warpline::test
