// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/device/device_table.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/base/error.hpp"
#include "core/device/replicated.hpp"
#include "gpu/host/host_device.hpp"
#include "tests/gpu/counted_work.hpp"
#include "tests/gpu/fault_world.hpp"

namespace warpline {
namespace {

using Table = std::vector<std::uint32_t>;

Table read(DeviceTable<std::uint32_t> const& copy, std::size_t count) {
  return {copy.get(), copy.get() + count};
}

TEST(DeviceTable, BringsPartsUpToDate) {
  Table table{1, 2, 3, 4};
  test::CopyingDevice device;
  auto copy = device.upload(table.data(), table.size());
  ASSERT_NE(copy.get(), table.data());
  table = {5, 6, 7, 8};
  EXPECT_EQ(copy.refresh(&table[1], 2), "");
  EXPECT_EQ(read(copy, 4), (Table{1, 6, 7, 4}));
}

TEST(DeviceTable, ANewTableAtTheAddressOfAnOldOneLeavesItsCopyAlone) {
  Table table{1, 2};
  test::CopyingDevice device;
  auto const old_copy = device.upload(table.data(), table.size());
  table = {3, 4};
  auto const new_copy = device.upload(table.data(), table.size());
  EXPECT_EQ(read(old_copy, 2), (Table{1, 2})) << "a kernel may still read it";
  EXPECT_EQ(read(new_copy, 2), (Table{3, 4}));
}

TEST(DeviceTable, ReleasesItsCopy) {
  Table const table{1, 2};
  test::CopyingDevice device;
  auto copy = device.upload(table.data(), table.size());
  EXPECT_EQ(device.tables().size(), 1u);
  auto moved = std::move(copy);
  EXPECT_EQ(copy.get(), nullptr);
  EXPECT_EQ(device.tables().size(), 1u);
  moved = device.upload(table.data(), table.size());
  EXPECT_EQ(device.tables().size(), 1u) << "the assigned one replaces the first";
  moved = {};
  EXPECT_EQ(device.tables().size(), 0u);
}

TEST(DeviceTable, MayOutliveItsDevice) {
  Table table{1, 2};
  DeviceTable<std::uint32_t> copy;
  {
    test::CopyingDevice device;
    copy = device.upload(table.data(), table.size());
  }
  EXPECT_EQ(copy.refresh(table.data()), "");
}

TEST(DeviceTable, IsTheTableItselfWhereKernelsRunInThisProcess) {
  Table table{1, 2};
  host::HostDevice host({});
  CpuDevice cpu;
  auto copy = host.upload(table.data(), table.size());
  EXPECT_EQ(copy.get(), table.data());
  EXPECT_EQ(cpu.upload(table.data(), table.size()).get(), table.data());
  EXPECT_EQ(copy.refresh(&table[1]), "");
  EXPECT_EQ(host.tables().size(), 0u);
}

TEST(DeviceTable, OfNothingIsNull) {
  Table const table;
  test::CopyingDevice device;
  CpuDevice cpu;
  EXPECT_EQ(device.upload(table.data(), 0).get(), nullptr);
  EXPECT_EQ(cpu.upload(table.data(), 0).get(), nullptr);
  EXPECT_EQ(device.tables().size(), 0u);
}

TEST(DeviceTable, ThatTheDeviceHasNoRoomForIsRefused) {
  test::FaultPlan plan;
  plan.refuse_fill = 1;
  test::CopyingDevice device(plan);
  std::uint32_t const table = 1;
  try {
    device.upload(&table);
    FAIL() << "was uploaded";
  } catch (ConfigError const& error) {
    EXPECT_STREQ(error.what(),
                 "device 'copying' has no room for a table of 4 bytes: out of memory");
  }
  EXPECT_EQ(device.tables().size(), 0u);
}

/// A device whose stream stops, with the copy of a table and a task that it has given up.
struct StuckDevice {
  static stream::Options options() {
    stream::Options options;
    options.clock = &test::VirtualClock::now;
    options.task_timeout = std::chrono::milliseconds(1);
    return options;
  }
  static test::FaultPlan plan() {
    test::FaultPlan plan;
    plan.stall_at = 1;
    plan.stall_looks = 2;
    return plan;
  }
  StuckDevice() {
    lane->submit(counted.work());
    device.virtual_driver().step();
    while (lane->fence().completed.load() < 1) {
      test::VirtualClock::advance(std::chrono::milliseconds(2));
      lane->advance();
    }
  }
  test::VirtualDevice device{"stuck", std::make_unique<test::VirtualDriver>(plan()), options()};
  std::uint32_t table = 1;
  DeviceTable<std::uint32_t> copy = device.upload(&table);
  test::CountedWork counted;
  std::unique_ptr<Lane> lane = device.open_lane(Transfer::kDirect);
};

TEST(DeviceTable, IsKeptOnceATaskWasGivenUp) {
  StuckDevice stuck;
  EXPECT_EQ(stuck.lane->fence().error.load(), static_cast<int>(DeviceError::kTimedOut));
  auto const* const address = stuck.copy.get();
  stuck.copy = {};
  EXPECT_EQ(stuck.device.tables().size(), 1u);
  // The task goes on after all, and may read the table.
  for (int looks = 0; looks < 5; ++looks) stuck.device.virtual_driver().run_all();
  EXPECT_EQ(stuck.counted.runs, 1u);
  EXPECT_EQ(*address, 1u);
}

TEST(Replicated, HasOneCopyForEachDevice) {
  std::uint32_t const table = 7;
  test::CopyingDevice first, second;
  host::HostDevice host({});
  CpuDevice cpu;
  {
    Replicated<std::uint32_t> const replicated(table);
    auto const* const copy = replicated.on(first);
    EXPECT_EQ(*copy, 7u);
    EXPECT_EQ(replicated.on(first), copy);
    EXPECT_NE(replicated.on(second), copy);
    EXPECT_EQ(replicated.on(host), &table);
    EXPECT_EQ(replicated.on(cpu), &table);
    EXPECT_EQ(first.tables().size(), 1u);
  }
  EXPECT_EQ(first.tables().size(), 0u);
  EXPECT_EQ(second.tables().size(), 0u);
}

}  // namespace
}  // namespace warpline
