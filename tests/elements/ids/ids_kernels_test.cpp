// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/engine/graph.hpp"
#include "tests/elements/ids/udp_frame.hpp"
#include "tests/support/pipeline_runner.hpp"
#include "tests/support/scoped.hpp"

/// The kernel of `IDS` gives the same alerts whoever runs it, also for payloads with more patterns
/// than a result holds.
namespace warpline {
namespace {

using test::Kernels;

constexpr unsigned kPatterns = 200;

std::string word(unsigned number) { return "<" + std::to_string(number) + ">"; }

/// An alert for each of the words; the last of them also drops.
std::string rules() {
  std::string text;
  for (unsigned i = 0; i < kPatterns; ++i)
    text += "alert udp any any -> any any (content:\"" + word(i) +
            "\"; sid:" + std::to_string(i + 1) + ";)\n";
  return text + "drop udp any any -> any any (content:\"" + word(kPatterns - 1) + "\"; sid:999;)\n";
}

test::Frame frame_with(unsigned first, unsigned last) {
  std::string payload;
  for (unsigned i = first; i < last; ++i) payload += word(i) + " ";
  auto const frame = ids::testing::udp_frame(payload);
  return {frame.begin(), frame.end()};
}

/// What is seen of a run.
struct Result {
  std::uint64_t transmitted = 0, alerts = 0, over_limit = 0;
  test::Drops drops;
  bool operator==(Result const&) const = default;
};

Result run(std::vector<test::Frame> const& frames, Kernels kernels, std::string const& balancer) {
  test::ScopedFolder folder;
  folder.write("many.rules", rules());
  test::RunOptions options;
  options.kernels = kernels;
  options.host_helpers = 1;
  options.source_name = folder.path("test.click");
  test::PipelineRunner runner(
      "FromInput -> " + balancer +
          " -> e :: IDS(RULES many.rules, MODE ips, CHECKSUM off, CACHE off) "
          "-> ToOutput;",
      options);
  auto const outcome = runner.run(frames);
  // The counts are published by a timer.
  runner.graph().run_timers(cycles() + static_cast<std::uint64_t>(cycles_per_second()));
  Result result{outcome.transmitted, 0, 0, outcome.drops};
  for (auto const& metric : runner.graph().find("e")->element->metrics()) {
    if (metric.name == "alerts") result.alerts = metric.value;
    if (metric.name == "alerts_over_limit") result.over_limit = metric.value;
  }
  return result;
}

TEST(IdsKernels, AlertForMorePatternsThanAResultHolds) {
  std::vector<test::Frame> const frames = {
      frame_with(0, 0),   frame_with(0, 15),  frame_with(0, 16),   frame_with(5, 22),
      frame_with(0, 199), frame_with(0, 200), frame_with(199, 200)};
  // 15, 16 and 17 patterns; 199; 200 with the drop first; and 1 with it.
  Result const expected{5, 15 + 15 + 15 + 15 + 15 + 2, 0 + 1 + 2 + 184 + 186, {{"rule_drop", 2}}};
  EXPECT_EQ(run(frames, Kernels::kBody, "CPUOnly"), expected);
  EXPECT_EQ(run(frames, Kernels::kCpu, "CPUOnly"), expected);
  EXPECT_EQ(run(frames, Kernels::kTeam, "CPUOnly"), expected);
  EXPECT_EQ(run(frames, Kernels::kDevice, "GPUOnly(DEVICE host)"), expected);
}

}  // namespace
}  // namespace warpline
