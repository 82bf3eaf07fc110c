// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/stream/stream_lane.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "core/base/error.hpp"
#include "core/engine/async_lane.hpp"
#include "tests/gpu/counted_work.hpp"
#include "tests/gpu/fault_world.hpp"

namespace warpline {
namespace {

using Counted = test::CountedWork;
using test::VirtualClock;
using test::VirtualDevice;
using test::VirtualDriver;

stream::Options options_of(stream::Completion completion) {
  stream::Options options;
  options.completion = completion;
  options.clock = &VirtualClock::now;
  options.first_ticket = 0xfffffffe;
  options.task_timeout = std::chrono::milliseconds(50);
  return options;
}

std::unique_ptr<VirtualDevice> device_of(stream::Options const& options,
                                         test::FaultPlan const& plan = {}) {
  return std::make_unique<VirtualDevice>("d", std::make_unique<VirtualDriver>(plan), options);
}

class StreamLaneOf : public testing::TestWithParam<stream::Completion> {};

/// With one lane, opened by the test.
class OneStreamLane : public testing::TestWithParam<stream::Completion> {
 protected:
  /// Opens a lane of a device that fails as planned, and submits `works` works.
  void open(test::FaultPlan const& plan, unsigned works) {
    device = device_of(options_of(GetParam()), plan);
    lane = device->open_lane(Transfer::kDirect);
    for (unsigned i = 0; i < works; ++i) lane->submit(counted.work());
  }
  Ticket completed() const { return lane->fence().completed.load(); }
  Ticket first_failed() const { return lane->fence().first_failed.load(); }
  DeviceError error() const { return static_cast<DeviceError>(lane->fence().error.load()); }

  std::unique_ptr<VirtualDevice> device;
  Counted counted;
  std::unique_ptr<Lane> lane;  // goes first
};
std::string name_of_completion(testing::TestParamInfo<stream::Completion> const& info) {
  return std::string(name_of(info.param));
}
INSTANTIATE_TEST_SUITE_P(Completions, StreamLaneOf, testing::ValuesIn(stream::kCompletions),
                         name_of_completion);
INSTANTIATE_TEST_SUITE_P(Completions, OneStreamLane, testing::ValuesIn(stream::kCompletions),
                         name_of_completion);

TEST_P(OneStreamLane, RetiresManyTasksAtOnceInOrderAcrossTheOverflowOfTheFlag) {
  open({}, 0);
  for (Ticket ticket = 1; ticket <= 4; ++ticket) EXPECT_EQ(lane->submit(counted.work()), ticket);
  lane->advance();
  EXPECT_EQ(completed(), 0u);
  device->virtual_driver().run_all();
  lane->advance();
  EXPECT_EQ(completed(), 4u);
  EXPECT_EQ(counted.runs, 4u);
  EXPECT_EQ(first_failed(), CompletionFence::kNever);
}

TEST_P(OneStreamLane, MakesUpForALostCompletion) {
  test::FaultPlan plan;
  plan.lose_at = 1;
  open(plan, 1);
  device->virtual_driver().run_all();
  lane->advance();
  EXPECT_EQ(completed(), 0u);
  VirtualClock::advance(device->options().probe * 2);
  lane->advance();
  EXPECT_EQ(completed(), 1u);
  EXPECT_EQ(first_failed(), CompletionFence::kNever);
}

TEST_P(OneStreamLane, FindsABrokenDeviceWithinTwoProbes) {
  test::FaultPlan plan;
  plan.break_at = 1;
  open(plan, 3);
  device->virtual_driver().step();
  VirtualClock::advance(device->options().probe * 2);
  lane->advance();
  EXPECT_EQ(completed(), 3u);
  EXPECT_EQ(first_failed(), 1u);
  EXPECT_EQ(error(), DeviceError::kLost);
  EXPECT_EQ(lane->failure(), "error 700");
}

TEST_P(OneStreamLane, WhatIsRefusedWaitsForWhatWentBefore) {
  test::FaultPlan plan;
  plan.refuse_at = 3;  // of two calls a task: the second task's launch
  open(plan, 3);
  lane->advance();
  EXPECT_EQ(completed(), 0u) << "the first is still under way";
  device->virtual_driver().run_all();
  lane->advance();
  lane->advance();
  EXPECT_EQ(completed(), 3u);
  EXPECT_EQ(first_failed(), 2u);
  EXPECT_EQ(error(), DeviceError::kLaunchFailed);
  EXPECT_EQ(counted.runs, 1u);
}

TEST_P(OneStreamLane, GivesUpATaskAfterItsTimeAndNotBefore) {
  test::FaultPlan plan;
  plan.stall_at = 1;
  open(plan, 1);
  device->virtual_driver().run_all();
  for (auto time = device->options().probe; time < device->options().task_timeout / 2; time *= 2) {
    VirtualClock::advance(time);
    lane->advance();
    ASSERT_EQ(completed(), 0u);
  }
  VirtualClock::advance(device->options().task_timeout);
  lane->advance();
  EXPECT_EQ(completed(), 1u);
  EXPECT_EQ(error(), DeviceError::kTimedOut);
  device->virtual_driver().end();
}

TEST_P(OneStreamLane, WhatIsRefusedHalfWayOnAStreamThatStopsIsGivenUpNotHandedBack) {
  test::FaultPlan plan;
  plan.refuse_at = 2;  // the mark after the kernel, which then never ends
  plan.stall_at = 1;
  open(plan, 1);
  device->virtual_driver().run_all();
  lane->advance();
  EXPECT_EQ(completed(), 0u);
  VirtualClock::advance(device->options().task_timeout * 2);
  lane->advance();
  EXPECT_EQ(completed(), 1u);
  EXPECT_EQ(first_failed(), 1u);
  EXPECT_EQ(error(), DeviceError::kTimedOut) << "the kernel may still run";
  device->virtual_driver().end();
}

// Every interleaving of the device's steps with the lane's looks, from the first to the twelfth:
// who arms, looks once more, finds nothing and sleeps, is woken.
TEST_P(StreamLaneOf, LosesNoWakeUpInAnyInterleaving) {
  for (unsigned tasks = 1; tasks <= 3; ++tasks)
    for (unsigned schedule = 0; schedule < 1u << 12; ++schedule) {
      test::FaultPlan plan;
      plan.repeat_calls = schedule % 3;  // spurious ones do no harm
      auto const device = device_of(options_of(GetParam()), plan);
      Counted counted;
      auto const lane = device->open_lane(Transfer::kDirect);
      for (unsigned i = 0; i < tasks; ++i) lane->submit(counted.work());
      unsigned look = 0;
      auto& driver = device->virtual_driver();
      driver.on_look = [&] {
        if (look < 12 && (schedule >> look++ & 1) != 0) driver.step();
      };
      bool woken = false;
      auto const over = [&] {
        driver.on_look();
        lane->advance();
        return lane->fence().completed.load() == tasks;
      };
      if (!over()) {
        lane->arm([](void* flag) { *static_cast<bool*>(flag) = true; }, &woken);
        if (!over()) {
          driver.on_look = [] {};
          driver.run_all();
          ASSERT_TRUE(woken) << tasks << " tasks, schedule " << schedule;
        }
      }
      driver.on_look = [] {};
      driver.run_all();
    }
}

// Operations started, waited for and cancelled at any moment, on a device that may fail: each
// completes exactly once, never inside the call that starts it.
TEST_P(StreamLaneOf, EveryOperationCompletesExactlyOnceWhateverHappens) {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    auto options = options_of(GetParam());
    options.transfer = kTransfers[random() % 3];
    auto const plan = seed % 3 == 0 ? test::FaultPlan{} : test::FaultPlan::random(random, 40);
    auto const device = device_of(options, plan);
    Counted counted;
    asio::io_context context;
    AsyncLane lane(context, device->open_lane(*options.transfer), AsyncLane::Drive::kPolled);
    constexpr unsigned kOperations = 24;
    std::vector<int> completions(kOperations);
    std::vector<error_code> errors(kOperations);
    std::vector<asio::cancellation_signal> signals(kOperations);
    std::vector<bool> cancelled(kOperations);
    bool initiating = false;
    unsigned started = 0, ended = 0;
    Ticket submitted = 0;
    for (unsigned step = 0; started < kOperations || ended < started; ++step) {
      ASSERT_LT(step, 100'000u);
      auto const choice = random() % 8;
      bool const room = submitted < lane.lane().fence().completed.load() + options.depth;
      if (choice < 3 && started < kOperations && (room || submitted > 0)) {
        auto const id = started++;
        auto handler = asio::bind_cancellation_slot(signals[id].slot(), [&, id](error_code error) {
          EXPECT_FALSE(initiating);
          ++completions[id];
          errors[id] = error;
          ++ended;
        });
        initiating = true;
        if (room && random() % 2 == 0) {
          ++submitted;
          lane.async_execute(counted.work(), std::move(handler));
        } else {
          lane.async_wait(random() % (submitted + 1), std::move(handler));
        }
        initiating = false;
      } else if (choice == 3 && started > 0) {
        auto const id = random() % started;
        initiating = true;
        signals[id].emit(asio::cancellation_type::terminal);
        initiating = false;
        cancelled[id] = true;
      } else if (choice < 6) {
        device->virtual_driver().step();
      } else {
        VirtualClock::advance(std::chrono::milliseconds(random() % 3));
        asio::post(context, [&] { lane.poll(); });
        context.restart();
        context.poll();
      }
    }
    for (unsigned id = 0; id < kOperations; ++id) {
      ASSERT_EQ(completions[id], 1) << id;
      if (errors[id] == asio::error::operation_aborted) {
        ASSERT_TRUE(cancelled[id]);
      }
    }
    device->virtual_driver().end();
  }
}

TEST(StreamDevice, SaysWhatItHasNoRoomFor) {
  stream::Options options;
  options.transfer = Transfer::kStaged;
  options.task_bytes = std::uint64_t{1} << 46;
  auto const device = device_of(options);
  try {
    device->open_lane(Transfer::kStaged);
    FAIL() << "64 TiB were found";
  } catch (ConfigError const& error) {
    std::string const text = error.what();
    EXPECT_NE(text.find("device 'd' has no room for another lane"), std::string::npos) << text;
    auto const layout = stream::Layout({options.task_packets + Batch::kCapacity,
                                        options.task_bytes + Batch::kCapacity * options.frame_size +
                                            16 * (options.task_packets + Batch::kCapacity)});
    EXPECT_NE(text.find(": " + std::to_string(layout.offsets >> 10) + " KiB of pinned memory: "),
              std::string::npos)
        << text;
  }
}

TEST_P(OneStreamLane, StartsNothingOnceATableIsOutOfDate) {
  test::FaultPlan plan;
  plan.refuse_fill = 3;
  open(plan, 1);
  std::uint32_t table = 1;
  auto copy = device->upload(&table);
  table = 2;
  EXPECT_EQ(copy.refresh(&table), "");
  EXPECT_EQ(device->outdated(), stream::kOk);
  table = 3;
  EXPECT_EQ(copy.refresh(&table), "out of memory");
  EXPECT_EQ(*copy.get(), 2u);
  EXPECT_EQ(lane->submit(counted.work()), 2u);
  device->virtual_driver().run_all();
  for (int i = 0; i < 2; ++i) lane->advance();
  EXPECT_EQ(completed(), 2u);
  EXPECT_EQ(first_failed(), 2u) << "what was under way before has gone well";
  EXPECT_EQ(error(), DeviceError::kLost);
  EXPECT_EQ(counted.runs, 1u);
  EXPECT_EQ(lane->failure(), "a table on it could not be brought up to date: out of memory");
  auto const other = device->open_lane(Transfer::kDirect);
  other->submit(counted.work());
  other->advance();
  EXPECT_EQ(other->fence().first_failed.load(), 1u) << "lanes that come later fail, too";
  EXPECT_EQ(counted.runs, 1u);
}

TEST(StreamDevice, KeepsStreamsAndMemoryForTheNextLane) {
  auto const device = device_of(options_of(stream::Completion::kFlag));
  Counted counted;
  for (int round = 0; round < 3; ++round) {
    auto const lane = device->open_lane(Transfer::kStaged);
    for (Ticket ticket = 1; ticket <= 3; ++ticket) {
      EXPECT_EQ(lane->submit(counted.work()), ticket);
      device->virtual_driver().run_all();
      lane->advance();
      EXPECT_EQ(lane->fence().completed.load(), ticket);
    }
  }
  EXPECT_EQ(device->virtual_driver().streams(), 1u);
}

}  // namespace
}  // namespace warpline
