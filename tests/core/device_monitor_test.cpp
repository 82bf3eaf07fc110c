// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/device_monitor.hpp"

#include <gtest/gtest.h>

namespace warpline {
namespace {

Task task_of(std::uint64_t packets, std::uint64_t bytes) {
  Task task;
  task.packets = packets;
  task.bytes = bytes;
  return task;
}

std::error_code const kLost = make_error_code(DeviceError::kLost);
std::error_code const kTimedOut = make_error_code(DeviceError::kTimedOut);

TEST(DeviceMonitor, IsUnusableForGoodAfterTheFirstFailure) {
  DeviceMonitor monitor;
  EXPECT_TRUE(monitor.usable());
  auto first = task_of(10, 640), second = task_of(20, 1280);
  monitor.submitted(first, 100);
  monitor.submitted(second, 110);
  monitor.completed(first, kLost, 200);
  EXPECT_FALSE(monitor.usable());
  monitor.completed(second, {}, 210);
  EXPECT_FALSE(monitor.usable());
  EXPECT_EQ(monitor.counters().failed.get(), 1u);
  EXPECT_EQ(monitor.counters().tasks.get(), 2u);
  EXPECT_EQ(monitor.counters().done_tasks.get(), 1u);
  EXPECT_EQ(monitor.counters().done_packets.get(), 20u);
}

TEST(DeviceMonitor, ADeviceIsBusyWhileAnyTaskIsInFlight) {
  DeviceMonitor monitor;
  auto first = task_of(10, 640), second = task_of(20, 1280);
  monitor.submitted(first, 1000);
  monitor.submitted(second, 1500);
  EXPECT_EQ(monitor.backlog().in_flight, 2u);
  EXPECT_EQ(monitor.load(1600).busy_cycles, 600u);
  monitor.completed(first, {}, 2000);
  EXPECT_EQ(monitor.load(2100).busy_cycles, 1100u);
  monitor.completed(second, {}, 2500);
  EXPECT_EQ(monitor.load(9000).busy_cycles, 1500u) << "idle since 2500";
  auto const load = monitor.load(9000);
  EXPECT_EQ(load.packets, 30u);
  EXPECT_EQ(load.bytes, 1920u);
  EXPECT_EQ(load.tasks, 2u);
  EXPECT_EQ(load.task_cycles, 1000u + 1000u);
  EXPECT_EQ(monitor.counters().task_cycles.count(), 2u);
}

TEST(DeviceMonitor, PacketsWaitFromGatheringUntilTheirTaskIsTaken) {
  DeviceMonitor monitor;
  monitor.gathered(10);
  monitor.gathered(20);
  EXPECT_EQ(monitor.backlog().waiting, 30u);
  monitor.taken(task_of(10, 640));
  EXPECT_EQ(monitor.backlog().waiting, 20u);
  EXPECT_EQ(monitor.backlog().in_flight, 0u);
}

TEST(DeviceMonitor, ABatchOnTheCpuCountsAsATaskThatIsDone) {
  DeviceMonitor monitor;
  BatchPool pool(1);
  auto batch = pool.allocate();
  Packet packet{};
  packet.length = 64;
  batch->add(packet);
  batch->add(packet);
  monitor.ran(*batch);
  monitor.spent(500);
  auto const load = monitor.load(0);
  EXPECT_EQ(load.packets, 2u);
  EXPECT_EQ(load.bytes, 128u);
  EXPECT_EQ(load.tasks, 1u);
  EXPECT_EQ(load.worker_cycles, 500u);
  EXPECT_EQ(load.busy_cycles, 0u);
  EXPECT_EQ(monitor.counters().batches.get(), 1u);
  EXPECT_EQ(monitor.counters().tasks.get(), 0u);
}

TEST(DeviceMonitor, JudgesWhatAFailedTaskMayHaveTouched) {
  using enum Outcome;
  struct {
    bool edits;
    Transfer transfer;
    Outcome lost, timed_out;
  } const cases[] = {
      {true, Transfer::kDirect, kModified, kInUse},
      {true, Transfer::kGather, kModified, kInUse},
      {true, Transfer::kStaged, kUntouched, kUntouched},
      {false, Transfer::kDirect, kUntouched, kInUse},  // the kernel still writes its results
      {false, Transfer::kGather, kUntouched, kUntouched},
      {false, Transfer::kStaged, kUntouched, kUntouched},
  };
  for (auto const& [edits, transfer, lost, timed_out] : cases) {
    auto const name = std::string(name_of(transfer)) + (edits ? ", edits" : ", reads");
    EXPECT_EQ(outcome_of({}, edits, transfer), kDone) << name;
    EXPECT_EQ(outcome_of(kLost, edits, transfer), lost) << name;
    EXPECT_EQ(outcome_of(kTimedOut, edits, transfer), timed_out) << name;
  }
}

}  // namespace
}  // namespace warpline
