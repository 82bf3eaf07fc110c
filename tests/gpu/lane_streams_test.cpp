// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/base/error.hpp"
#include "gpu/stream/stream_lane.hpp"
#include "tests/gpu/counted_work.hpp"
#include "tests/gpu/fault_world.hpp"
#include "tests/gpu/timed_driver.hpp"

/// Lanes with several streams: tasks overlap, and nobody sees it in the fence.
namespace warpline {
namespace {

using test::CountedWork;
using test::VirtualClock;
using test::VirtualDevice;
using test::VirtualDriver;

stream::Options options_of(stream::Completion completion, unsigned streams) {
  stream::Options options;
  options.completion = completion;
  options.clock = &VirtualClock::now;
  options.first_ticket = 0xfffffffc;  // ticket 4 overflows a flag
  options.task_timeout = std::chrono::milliseconds(50);
  options.depth = 8;
  options.streams = streams;
  return options;
}

struct TimedDevice final : stream::StreamDevice {
  explicit TimedDevice(stream::Options const& options)
      : StreamDevice("timed", Kind::kHost, std::make_unique<test::TimedDriver>(), options) {}
  std::string description() const override { return "simulated"; }
  test::TimedDriver& timed() const { return static_cast<test::TimedDriver&>(driver()); }
};

/// When a lane with `streams` streams has done eight works.
std::uint64_t end_of_eight(unsigned streams, Transfer transfer, std::uint64_t* overlap = nullptr) {
  TimedDevice device(options_of(stream::Completion::kFlag, streams));
  device.timed().copy_in_time = 100;
  device.timed().kernel_time = 100;
  device.timed().copy_out_time = 100;
  CountedWork counted;
  counted.chain.touched_bytes = {0, 16, TouchedBytes::kEnd, 0, 4};
  auto lane = device.open_lane(transfer);
  for (int i = 0; i < 8; ++i) lane->submit(counted.work());
  auto const end = device.timed().run_all();
  lane->advance();
  EXPECT_EQ(lane->fence().completed.load(), 8u);
  EXPECT_EQ(counted.runs, 8u);
  if (overlap != nullptr) *overlap = device.timed().overlap();
  return end;
}

TEST(LaneStreams, CopiesAndKernelsOfConsecutiveTasksOverlap) {
  std::uint64_t overlap = 0;
  EXPECT_EQ(end_of_eight(1, Transfer::kStaged, &overlap), 2400u) << "one after the other";
  EXPECT_EQ(overlap, 0u);
  EXPECT_LE(end_of_eight(2, Transfer::kStaged, &overlap), 1400u);
  EXPECT_GE(overlap, 1000u);
  EXPECT_LE(end_of_eight(3, Transfer::kStaged), 1200u) << "eight copies in take 800";
}

TEST(LaneStreams, WithoutCopiesThereIsNothingToOverlap) {
  EXPECT_EQ(end_of_eight(1, Transfer::kDirect), 800u);
  EXPECT_EQ(end_of_eight(2, Transfer::kDirect), 800u);
}

class TwoStreams : public testing::TestWithParam<stream::Completion> {
 protected:
  void open(test::FaultPlan const& plan, unsigned works, unsigned streams = 2) {
    device = std::make_unique<VirtualDevice>("d", std::make_unique<VirtualDriver>(plan),
                                             options_of(GetParam(), streams));
    lane = device->open_lane(Transfer::kDirect);
    for (unsigned i = 0; i < works; ++i) lane->submit(counted.work());
  }
  VirtualDriver& driver() { return device->virtual_driver(); }
  Ticket completed() const { return lane->fence().completed.load(); }
  Ticket first_failed() const { return lane->fence().first_failed.load(); }
  void advance() {
    VirtualClock::advance(device->options().probe * 2);
    lane->advance();
  }

  std::unique_ptr<VirtualDevice> device;
  CountedWork counted;
  std::unique_ptr<Lane> lane;  // destroyed first
};
INSTANTIATE_TEST_SUITE_P(Completions, TwoStreams, testing::ValuesIn(stream::kCompletions),
                         [](auto const& parameter) {
                           return std::string(name_of(parameter.param));
                         });

// With `first_ticket` as it is, the odd tickets use stream 1.
TEST_P(TwoStreams, TheFenceKeepsTheOrderOfTickets) {
  open({}, 6);
  ASSERT_EQ(driver().streams(), 2u);
  while (driver().step_stream(0)) {
  }
  lane->advance();
  EXPECT_EQ(counted.runs, 3u) << "tickets 2, 4 and 6";
  EXPECT_EQ(completed(), 0u) << "ticket 1 is still pending";
  driver().step_stream(1);
  driver().step_stream(1);
  lane->advance();
  EXPECT_EQ(completed(), 2u);
  driver().run_all();
  lane->advance();
  EXPECT_EQ(completed(), 6u);
  EXPECT_EQ(first_failed(), CompletionFence::kNever);
}

TEST_P(TwoStreams, AfterAFailureOfOneStreamTheTasksBeforeItAreSound) {
  test::FaultPlan plan;
  plan.break_stream_at = 3;
  open(plan, 6);
  driver().step_stream(0);  // ticket 2: its kernel and its mark
  driver().step_stream(0);
  driver().step_stream(0);  // ticket 4: the stream breaks
  advance();
  EXPECT_EQ(first_failed(), 4u);
  EXPECT_EQ(completed(), 0u);
  for (int i = 0; i < 4; ++i) driver().step_stream(1);
  advance();
  EXPECT_EQ(completed(), 3u) << "tickets 1 to 3 are complete; 5 has failed but is still at work";
  driver().run_all();
  advance();
  EXPECT_EQ(completed(), 6u);
  EXPECT_EQ(first_failed(), 4u);
  EXPECT_EQ(static_cast<DeviceError>(lane->fence().error.load()), DeviceError::kLost);
  EXPECT_EQ(lane->submit(counted.work()), 7u);
  advance();
  EXPECT_EQ(completed(), 7u) << "failed, without having been started";
}

TEST_P(TwoStreams, AStalledStreamTimesOutWithAllAfterItsTask) {
  test::FaultPlan plan;
  plan.stall_at = 1;
  open(plan, 4);
  driver().step_stream(0);  // ticket 2 stalls
  while (driver().step_stream(1)) {
  }
  lane->advance();
  EXPECT_EQ(completed(), 1u);
  VirtualClock::advance(device->options().task_timeout * 2);
  lane->advance();
  EXPECT_EQ(completed(), 4u);
  EXPECT_EQ(first_failed(), 2u);
  EXPECT_EQ(static_cast<DeviceError>(lane->fence().error.load()), DeviceError::kTimedOut);
}

TEST_P(TwoStreams, ALostCompletionOfOneStreamIsMadeUpFor) {
  test::FaultPlan plan;
  plan.lose_at = 1;
  open(plan, 2);  // the mark of ticket 2
  driver().run_all();
  lane->advance();
  EXPECT_EQ(completed(), 1u);
  advance();
  EXPECT_EQ(completed(), 2u);
  EXPECT_EQ(first_failed(), CompletionFence::kNever);
}

TEST_P(TwoStreams, TheNextLaneUsesTheSameStreams) {
  open({}, 3);
  driver().run_all();
  lane->advance();
  for (int lanes = 0; lanes < 5; ++lanes) {
    lane.reset();
    lane = device->open_lane(Transfer::kDirect);
    for (int i = 0; i < 5; ++i) lane->submit(counted.work());
    EXPECT_EQ(completed(), 0u);
    driver().run_all();
    lane->advance();
    EXPECT_EQ(completed(), 5u);
  }
  EXPECT_EQ(driver().streams(), 2u);
}

TEST(LaneStreams, ALaneHasAtMostAsManyStreamsAsTasksAndAtLeastOne) {
  auto options = options_of(stream::Completion::kFlag, 16);
  VirtualDevice device("d", std::make_unique<VirtualDriver>(), options);
  auto const lane = device.open_lane(Transfer::kDirect);
  EXPECT_EQ(device.virtual_driver().streams(), 8u);
  options.streams = 0;
  EXPECT_THROW(VirtualDevice("d", std::make_unique<VirtualDriver>(), options), ConfigError);
}

}  // namespace
}  // namespace warpline
