// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/gpu/fault_world.hpp"

/// Whatever a device does, over many seeded schedules: refused calls, errors half-way through a
/// kernel, streams that stop for good or for a while, lost and repeated completions, in every
/// transfer form and with every completion mechanism.
namespace warpline {
namespace {

using test::FaultWorld;

constexpr std::uint64_t kSchedules = 6'000;

constexpr char const* kReadOnly =
    "TestSource -> TestBalance -> TestSum(1100) -> TestBalance -> TestSum(10) -> TestSink;";
// A segment that edits (TestEdit(3) adds 3), one that reads and decides, and one more.
constexpr char const* kEdits =
    "TestSource -> TestBalance -> TestEdit(3) -> TestAdd(1100) -> TestBalance -> TestAdd(7)"
    "-> TestCheck(3) -> TestSink;";
// A segment with the results of four elements, whose packets depend on each of them.
constexpr char const* kResults =
    "TestSource -> TestBalance -> TestEdit(3) -> TestMark1(3) -> TestMark8(5) -> TestLength"
    "-> TestSum(1100) -> TestSink;";

/// What the CPU alone makes of the same packets.
std::vector<std::uint32_t> reference(char const* text, std::uint32_t count) {
  test::Rig rig;
  rig.build(text);
  rig.bench->devices = {kCpuDevice};
  for (std::uint32_t n = 0; n < count; ++n) rig.bench->input.push_back({n});
  rig.poll_all();
  return rig.bench->output;
}

/// Runs to the end: every packet came out or was dropped, and the output is a subsequence of
/// `expected`, the output of the CPU.
void run_and_compare(FaultWorld& world, std::vector<std::uint32_t> const& expected) {
  ASSERT_TRUE(world.run()) << "packets never got through";
  auto const& output = world.rig.bench->output;
  ASSERT_EQ(output.size() + world.rig.counters.dropped.get(), world.sent);
  ASSERT_TRUE(world.rig.conserved());
  auto entry = expected.begin();
  for (auto const number : output) {
    entry = std::find(entry, expected.end(), number);
    ASSERT_NE(entry, expected.end()) << number << " is wrong, twice or out of order";
    ++entry;
  }
}

class FaultProperties : public testing::TestWithParam<char const*> {};

// In order, each once, with the bytes that the CPU gives (a buffer that a device still had and
// somebody else got would show in them); what is missing has been counted, and is missing only
// where a kernel may have changed it or may still do so.
TEST_P(FaultProperties, NothingIsLostUncountedNorChangedNorTwiceNorOutOfOrder) {
  std::string const text = GetParam();
  auto const expected = reference(GetParam(), 24 * 32);
  std::uint64_t failures = 0, quarantined = 0, dropped = 0, complete = 0;
  for (std::uint64_t seed = 1; seed <= kSchedules; ++seed) {
    FaultWorld world(text, seed, 1 + seed % 2);
    SCOPED_TRACE("seed " + std::to_string(seed) + world.described);
    ASSERT_NO_FATAL_FAILURE(run_and_compare(world, expected));
    auto const lost = world.rig.counters.dropped.get();
    unsigned failed = 0;
    for (DeviceIndex device = 1; device <= 2; ++device)
      failed += world.offloader->usable(device) ? 0u : 1u;
    ASSERT_EQ(world.notices.size(), failed) << "one line for each device that failed";
    if (failed == 0) {
      ASSERT_EQ(lost, 0u);
    }
    auto const withheld = world.rig.batches.in_use();
    failures += failed;
    dropped += lost > 0;
    quarantined += withheld > 0;
    complete += lost == 0;
    ASSERT_EQ(world.rig.buffers.in_use() > 0, withheld > 0);
  }
  // The schedules reach what they are for.
  EXPECT_GT(failures, kSchedules / 4);
  EXPECT_GT(quarantined, kSchedules / 200);
  EXPECT_GT(dropped, kSchedules / 20);
  EXPECT_GT(complete, kSchedules / 10);
}

INSTANTIATE_TEST_SUITE_P(Pipelines, FaultProperties, testing::Values(kReadOnly, kEdits, kResults),
                         [](auto const& parameter) {
                           if (parameter.param == kResults) return "Results";
                           return parameter.param == kReadOnly ? "ReadOnly" : "Edits";
                         });

// Without faults: all of it, whatever the devices' pace, up to and across the overflow of a flag.
TEST(FaultFree, EverythingGetsThrough) {
  auto const expected = reference(kEdits, 24 * 32);
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    FaultWorld world(kEdits, seed, 0);
    SCOPED_TRACE("seed " + std::to_string(seed) + world.described);
    ASSERT_TRUE(world.run());
    auto const& output = world.rig.bench->output;
    ASSERT_EQ(output.size(), world.sent);
    ASSERT_EQ(world.rig.counters.dropped.get(), 0u);
    ASSERT_EQ(output, std::vector(expected.begin(), expected.begin() + world.sent));
    ASSERT_TRUE(world.notices.empty()) << world.notices.front();
    ASSERT_EQ(world.rig.buffers.in_use(), 0u);
  }
}

// Each `finish` inside the segment drops some, after all kernels have run.
TEST(FaultFree, ResultsStayWithTheirPacketsWhenAFinishDrops) {
  constexpr char const* kDrops =
      "TestSource -> TestBalance -> TestEdit(3) -> TestMark1(3, DROP 4) -> TestMark8(5, DROP 7)"
      "-> TestLength -> TestMark1(7, DROP 3) -> TestSum(1100) -> TestSink;";
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    FaultWorld world(kDrops, seed, 0);
    SCOPED_TRACE("seed " + std::to_string(seed) + world.described);
    ASSERT_EQ(world.rig.graph->segments().size(), 1u);
    ASSERT_TRUE(world.run());
    ASSERT_EQ(world.rig.bench->output, reference(kDrops, world.sent));
    ASSERT_TRUE(world.rig.conserved());
    ASSERT_EQ(world.rig.buffers.in_use(), 0u);
  }
}

// A table that cannot be brought up to date at some moment: the device gets nothing more from there
// on, the other one does, and what is missing was on its way to the device at that moment.
TEST(OutdatedDevice, IsGivenUpAndTheOtherOneIsNot) {
  auto const expected = reference(kEdits, 24 * 32);
  std::uint64_t given_up = 0, dropped = 0;
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    FaultWorld world(kEdits, seed, 0, 2);
    SCOPED_TRACE("seed " + std::to_string(seed) + world.described);
    std::uint32_t const table = 1;
    auto& device = *world.devices[0];
    auto copy = device.upload(&table);
    for (std::uint64_t i = 0; i < seed % 60 && !world.over(); ++i) world.step();
    ASSERT_NE(copy.refresh(&table), "");
    ASSERT_NO_FATAL_FAILURE(run_and_compare(world, expected));
    auto const lost = world.rig.counters.dropped.get();
    ASSERT_TRUE(world.offloader->usable(2));
    bool const failed = !world.offloader->usable(1);
    ASSERT_EQ(world.notices.size(), failed ? 1u : 0u);
    if (failed) {
      ASSERT_NE(world.notices[0].find("could not be brought up to date"), std::string::npos);
    }
    ASSERT_TRUE(failed || lost == 0);
    ASSERT_EQ(world.rig.buffers.in_use(), 0u);
    given_up += failed;
    dropped += lost > 0;
  }
  EXPECT_GT(given_up, 500u);
  EXPECT_GT(dropped, 50u);
}

// Stopped at any step: whatever was under way ends there, in finite time, and nothing runs
// afterwards (the sanitizers would see it).
TEST(FaultFree, MayBeStoppedAtAnyStep) {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    FaultWorld world(kEdits, seed, 2);
    auto const steps = seed % 60;
    for (std::uint64_t i = 0; i < steps && !world.over(); ++i) world.step();
    world.offloader.reset();
    auto const output = world.rig.bench->output.size();
    for (auto* device : world.devices) device->virtual_driver().run_all();
    world.context.restart();
    world.context.poll();
    ASSERT_EQ(world.rig.bench->output.size(), output) << "seed " << seed;
  }
}

}  // namespace
}  // namespace warpline
