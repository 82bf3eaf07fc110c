// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/offloader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "core/engine/async_lane.hpp"
#include "tests/core/manual_lane.hpp"
#include "tests/core/test_elements.hpp"

namespace warpline {
namespace {

using Numbers = std::vector<std::uint32_t>;

/// A device whose lanes are moved by the test; work is done when the test lets it be.
class ManualDevice final : public Device {
 public:
  explicit ManualDevice(std::string name) : Device(std::move(name), Kind::kHost) {}
  std::string description() const override { return "moved by hand"; }
  std::unique_ptr<Lane> open_lane(Transfer) override {
    auto owned = std::make_unique<test::ManualLane>();
    lanes.push_back({owned.get()});
    lane = lanes.front().lane;
    return owned;
  }

  /// Runs the next `max` works of each lane, of those submitted so far, and sets the fence.
  void finish(std::size_t max = ~std::size_t{0}) {
    for (auto& entry : lanes) {
      auto const& submitted = entry.lane->submitted;
      auto const end = max < submitted.size() - entry.done ? entry.done + max : submitted.size();
      for (; entry.done < end; ++entry.done) run(submitted[entry.done]);
      entry.lane->complete(entry.done);
    }
  }
  /// After the next `sound` works of each lane, all works fail.
  void fail_after(std::size_t sound, DeviceError error) {
    for (auto& entry : lanes) entry.lane->fail_from(entry.done + sound + 1, error);
  }

  struct Each {
    test::ManualLane* lane;
    std::size_t done = 0;
  };
  std::vector<Each> lanes;           // one for each segment
  test::ManualLane* lane = nullptr;  // of the first

 private:
  static void run(Work const& work) {
    for (unsigned k = 0; k < work.chain->count; ++k)
      for (unsigned i = 0; i < work.count; ++i) {
        auto const& call = work.chain->calls[k];
        auto item = work.items[i];
        item.results += std::size_t{work.chain->result_begins[k]} * WorkItem::kMaxPackets;
        call.host(call.kernel, item);
      }
  }
};

class OffloaderTest : public ::testing::Test {
 protected:
  asio::io_context context;
  test::Rig rig;
  ManualDevice* a = nullptr;
  ManualDevice* b = nullptr;
  std::unique_ptr<Offloader> offloader;

  void open(std::string const& text, OffloadOptions options) {
    for (auto** device : {&a, &b}) {
      auto owned = std::make_unique<ManualDevice>(device == &a ? "a" : "b");
      *device = owned.get();
      rig.devices.add(std::move(owned));
    }
    rig.build(text);
    offloader = std::make_unique<Offloader>(context, *rig.graph, rig.devices, options,
                                            rig.batches.capacity());
    rig.graph->attach(offloader.get());
  }
  unsigned poll() {
    unsigned released = 0;
    asio::post(context, [&] { released = offloader->poll(); });
    context.restart();
    context.poll();
    return released;
  }
  void TearDown() override { offloader.reset(); }
};

constexpr char const* kChain =
    "TestSource -> TestBalance -> TestEdit(3) -> TestAdd(1100) -> TestCheck(2) -> TestSink;";

OffloadOptions one_batch_a_task() {
  OffloadOptions options;
  options.task_packets = 1;
  return options;
}

TEST_F(OffloaderTest, BatchesLeaveInOrderWhicheverDeviceTheyTook) {
  open(kChain, one_batch_a_task());
  rig.bench->devices = {1, 2, kCpuDevice, 1};
  for (std::uint32_t n = 0; n < 8; ++n) rig.bench->input.push_back({n, n + 1000});
  rig.poll_all();
  EXPECT_TRUE(rig.bench->output.empty());
  b->finish();
  EXPECT_EQ(poll(), 0u) << "the first batch is still on a";
  a->finish(1);
  EXPECT_EQ(poll(), 3u);  // a, b, CPU; the fourth is on a
  a->finish();
  poll();
  Numbers expected;
  for (std::uint32_t n = 0; n < 8; ++n) expected.insert(expected.end(), {n + 1100, n + 2100});
  EXPECT_EQ(rig.bench->output, expected);
  EXPECT_TRUE(offloader->idle());
  EXPECT_TRUE(rig.conserved());
  EXPECT_EQ(rig.buffers.in_use(), 0u);
}

TEST_F(OffloaderTest, UnorderedBatchesLeaveAsTheyFinish) {
  auto options = one_batch_a_task();
  options.ordered = false;
  open(kChain, options);
  rig.bench->devices = {1, 2, kCpuDevice};
  rig.bench->input = {{0}, {1}, {2}};
  rig.poll_all();
  EXPECT_EQ(rig.bench->output, (Numbers{1102}));
  b->finish();
  poll();
  EXPECT_EQ(rig.bench->output, (Numbers{1102, 1101}));
  a->finish();
  poll();
  EXPECT_EQ(rig.bench->output, (Numbers{1102, 1101, 1100}));
  EXPECT_TRUE(rig.conserved());
}

TEST_F(OffloaderTest, ATaskIsSentWhenItIsFull) {
  OffloadOptions options;
  options.task_packets = 100;
  options.deadline = std::chrono::seconds(100);
  open(kChain, options);
  rig.bench->devices = {1};
  for (int i = 0; i < 5; ++i) rig.bench->input.push_back(Numbers(40, 5));
  rig.poll_all();
  ASSERT_EQ(a->lane->submitted.size(), 1u);
  EXPECT_EQ(a->lane->submitted[0].count, 3u);
  EXPECT_EQ(offloader->packets_inside(), 200u);
}

TEST_F(OffloaderTest, APartFilledTaskGoesAtItsDeadlineOrWhenTheBalancerTurnsAway) {
  OffloadOptions options;
  options.deadline = std::chrono::microseconds(1);
  open(kChain, options);
  rig.bench->devices = {1};
  rig.bench->input = {{1}};
  rig.poll_all();
  EXPECT_TRUE(a->lane->submitted.empty());
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  poll();
  EXPECT_EQ(a->lane->submitted.size(), 1u);
  rig.bench->input = {{2}};
  rig.poll_all();
  EXPECT_EQ(a->lane->submitted.size(), 1u);
  rig.bench->devices = {kCpuDevice};
  rig.bench->input = {{3}};
  rig.poll_all();
  EXPECT_EQ(a->lane->submitted.size(), 2u);
  a->finish();
  poll();
  EXPECT_EQ(rig.bench->output, (Numbers{1101, 1102, 1103}));
}

TEST_F(OffloaderTest, MoreBatchesThanTasksQueueUpAndNoneIsLost) {
  auto options = one_batch_a_task();
  options.tasks_in_flight = 2;
  open(kChain, options);
  rig.bench->devices = {1};
  Numbers expected;
  for (std::uint32_t n = 0; n < 20; ++n) {
    rig.bench->input.push_back({n});
    expected.push_back(n + 1100);
  }
  rig.poll_all();
  EXPECT_EQ(a->lane->submitted.size(), 2u);
  EXPECT_EQ(offloader->packets_inside(), 20u);
  while (!offloader->idle()) {
    a->finish();
    poll();
  }
  EXPECT_EQ(rig.bench->output, expected);
}

TEST_F(OffloaderTest, AFailedTaskDropsPacketsThatItMayHaveChanged) {
  open(kChain, one_batch_a_task());
  rig.bench->devices = {1};
  rig.bench->input = {{1, 2}, {3}};
  rig.poll_all();
  a->lane->fail_from(2, DeviceError::kLost);
  a->finish();
  poll();
  EXPECT_EQ(rig.bench->output, (Numbers{1101, 1102}));
  auto const* head = rig.graph->segments()[0]->nodes.front();
  EXPECT_EQ(head->counters.drops[DropReason::named("device_failed").index()].get(), 1u);
  EXPECT_TRUE(rig.conserved());
  EXPECT_EQ(rig.buffers.in_use(), 0u);
}

constexpr char const* kReadOnly =
    "TestSource -> TestBalance -> TestSum(1100) -> TestBalance -> TestSum(10) -> TestSink;";

TEST_F(OffloaderTest, WhatADeviceOnlyReadsRunsAgainOnTheCpu) {
  std::vector<std::string> notices;
  auto options = one_batch_a_task();
  options.notice = [&](std::string const& text) { notices.push_back(text); };
  open(kReadOnly, options);
  rig.bench->devices = {1, kCpuDevice};
  rig.bench->input = {{1, 2}, {3}, {4}};
  rig.poll_all();
  ASSERT_EQ(a->lane->submitted.size(), 2u);
  a->lane->fail_from(2, DeviceError::kLost);
  a->finish();
  poll();
  EXPECT_EQ(rig.bench->output, (Numbers{1111, 1112, 1113, 1114}));
  EXPECT_EQ(offloader->counters(1).failed.get(), 1u);
  EXPECT_EQ(offloader->counters(1).rerun.get(), 1u);
  rig.bench->input = {{5}};
  rig.poll_all();
  poll();
  EXPECT_EQ(rig.bench->output.back(), 1115u);
  EXPECT_EQ(a->lane->submitted.size(), 2u) << "a broken device gets nothing more";
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].find("device 'a' has failed: "), 0u) << notices[0];
  EXPECT_TRUE(rig.conserved());
}

TEST_F(OffloaderTest, WhatADeviceNeverGotIsNotLostEvenIfItWouldBeChanged) {
  auto options = one_batch_a_task();
  options.tasks_in_flight = 1;
  open(kChain, options);
  rig.bench->devices = {1};
  rig.bench->input = {{1}, {2}, {3}, {4}};
  rig.poll_all();
  a->lane->fail_from(1, DeviceError::kLost);
  a->finish();
  poll();
  poll();
  EXPECT_EQ(rig.bench->output, (Numbers{1102, 1103, 1104}));
  EXPECT_EQ(offloader->counters(1).rerun.get(), 3u);
  EXPECT_EQ(rig.counters.dropped.get(), 1u);
  EXPECT_TRUE(offloader->idle());
  EXPECT_TRUE(rig.conserved());
}

/// A pipeline whose batches go to two devices and the CPU as a seed has it, in tasks of random
/// size that end at random moments.
struct RandomSchedule {
  /// `max_packets` of a task; the sequence of devices repeats after `choices` batches.
  RandomSchedule(char const* text, std::mt19937_64& source, unsigned max_packets,
                 std::size_t choices)
      : random(source) {
    for (auto*& device : devices) {
      auto owned = std::make_unique<ManualDevice>("d" + std::to_string(&device - devices));
      device = owned.get();
      rig.devices.add(std::move(owned));
    }
    rig.build(text);
    OffloadOptions options;
    options.task_packets = 1 + static_cast<unsigned>(random() % max_packets);
    options.tasks_in_flight = 1 + static_cast<unsigned>(random() % 4);
    options.deadline = std::chrono::microseconds(random() % 3);
    offloader = std::make_unique<Offloader>(context, *rig.graph, rig.devices, options,
                                            rig.batches.capacity());
    rig.graph->attach(offloader.get());
    rig.bench->devices.resize(choices);
    for (auto& device : rig.bench->devices) device = static_cast<DeviceIndex>(random() % 3);
  }

  /// Runs until all packets are through; `disturb` sees the device of each step before it may end
  /// tasks. False where that takes for ever.
  template <class Disturb>
  bool run(Disturb disturb) {
    for (int step = 0; !(rig.bench->input.empty() && offloader->idle()); ++step) {
      if (step == 100'000) return false;
      if (random() % 2 == 0) rig.graph->poll(true);
      auto& device = *devices[random() % 2];
      disturb(device);
      if (random() % 3 == 0) device.finish(1 + random() % 3);
      asio::post(context, [&] { offloader->poll(); });
      context.restart();
      context.poll();
    }
    return true;
  }

  std::mt19937_64& random;
  asio::io_context context;
  test::Rig rig;
  ManualDevice* devices[2];
  std::unique_ptr<Offloader> offloader;
};

/// Forty batches of up to 64 packets, numbered from 0; returns how many packets.
std::uint32_t fill(test::Bench& bench, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uint32_t next = 0;
  for (int i = 0; i < 40; ++i) {
    Numbers numbers(1 + random() % 64);
    std::iota(numbers.begin(), numbers.end(), next);
    next += static_cast<std::uint32_t>(numbers.size());
    bench.input.push_back(std::move(numbers));
  }
  return next;
}

// Devices that fail at any moment: nothing is lost where kernels only read, and elsewhere what is
// lost is counted; the order is kept.
TEST(OffloaderSchedules, AnyFaultLosesNothingUncounted) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    bool const read_only = seed % 2 == 0;
    RandomSchedule mixed(read_only ? kReadOnly : kChain, random, 200, 7);
    auto const sent = fill(*mixed.rig.bench, seed);
    ASSERT_TRUE(mixed.run([&](ManualDevice& device) {
      bool const failed = device.lane->fence().first_failed.load() != CompletionFence::kNever;
      if (!failed && random() % 60 == 0) device.fail_after(random() % 3, DeviceError::kLost);
    })) << "seed "
        << seed;
    auto const& output = mixed.rig.bench->output;
    ASSERT_EQ(output.size() + mixed.rig.counters.dropped.get(), sent) << "seed " << seed;
    ASSERT_TRUE(std::is_sorted(output.begin(), output.end())) << "seed " << seed;
    if (read_only) {
      ASSERT_EQ(output.size(), sent) << "seed " << seed;
    }
    ASSERT_TRUE(mixed.rig.conserved()) << "seed " << seed;
    ASSERT_EQ(mixed.rig.buffers.in_use(), 0u) << "seed " << seed;
  }
}

// Every mix of devices, task sizes and completion times gives the packets, drops and order of the
// CPU alone.
TEST(OffloaderSchedules, AnyScheduleGivesTheResultOfTheCpu) {
  constexpr char const* kText =
      "TestSource -> TestBalance -> TestEdit(1) -> TestEdit(2) -> TestMark8(3, DROP 7)"
      "-> TestMark1(5, DROP 11) -> TestMark8(1, DROP 13) -> TestAdd(1, DROP 3)"
      "-> TestAdd(1, DROP 5) -> s :: TestSpread(2);"
      "s[0] -> TestBalance -> TestAdd(7) -> TestCheck(5) -> x :: TestSink;"
      "s[1] -> TestCheck(4) -> y :: TestSink;";
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    std::mt19937_64 random(seed);
    test::Rig reference;
    reference.build(kText);
    fill(*reference.bench, seed);
    reference.poll_all();

    RandomSchedule mixed(kText, random, 300, 13);
    fill(*mixed.rig.bench, seed);
    ASSERT_TRUE(mixed.run([](ManualDevice&) {})) << "seed " << seed;
    ASSERT_EQ(mixed.rig.bench->by_sink, reference.bench->by_sink) << "seed " << seed;
    ASSERT_EQ(mixed.rig.counters.dropped.get(), reference.counters.dropped.get())
        << "seed " << seed;
    ASSERT_TRUE(mixed.rig.conserved()) << "seed " << seed;
    ASSERT_EQ(mixed.rig.buffers.in_use(), 0u) << "seed " << seed;
  }
}

constexpr char const* kMarks =
    "TestSource -> TestBalance -> TestEdit(1) -> TestMark1(3, DROP 5) -> TestMark8(7, DROP 2)"
    "-> TestLength -> TestSum(1000) -> TestSink;";

TEST_F(OffloaderTest, ResultsOfLaterElementsStayWithTheirPacketsWhenAFinishDrops) {
  open(kMarks, one_batch_a_task());
  ASSERT_EQ(rig.graph->segments().size(), 1u);
  auto const& segment = *rig.graph->segments()[0];
  EXPECT_EQ(segment.nodes.size(), 5u);
  EXPECT_EQ(segment.touched_bytes.result_bytes, 1u + 8 + 4 + 4);
  rig.bench->devices = {1};
  rig.bench->input = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}};
  rig.poll_all();
  a->finish();
  poll();
  EXPECT_EQ(rig.bench->output, (Numbers{1001, 1003, 1007, 1009, 1011}));
  EXPECT_EQ(segment.nodes[1]->counters.drops[DropReason::named("test_mark").index()].get(), 2u);
  EXPECT_EQ(segment.nodes[2]->counters.packets.get(), 9u);
  EXPECT_EQ(segment.nodes[2]->counters.drops[DropReason::named("test_mark").index()].get(), 4u);
  EXPECT_TRUE(rig.conserved());
}

TEST_F(OffloaderTest, AnElementThatEditsDoesNotFollowOneWhoseFinishMayWait) {
  open("TestSource -> TestMark1(3) -> TestEdit(1) -> TestMark8(5) -> TestSink;", {});
  ASSERT_EQ(rig.graph->segments().size(), 2u);
  EXPECT_EQ(rig.graph->segments()[0]->nodes.size(), 1u);
  EXPECT_EQ(rig.graph->segments()[1]->nodes.size(), 2u);
}

TEST_F(OffloaderTest, ASegmentEndsWhereThereIsNoRoomForMoreResults) {
  std::string chain = "TestSource";
  for (int i = 0; i < 10; ++i) chain += " -> TestMark8(3)";
  open(chain + " -> TestSink;", {});
  ASSERT_EQ(rig.graph->segments().size(), 2u);
  EXPECT_EQ(rig.graph->segments()[0]->nodes.size(), 8u);
  EXPECT_EQ(rig.graph->segments()[0]->touched_bytes.result_bytes, Batch::kResultBytes);
  EXPECT_EQ(rig.graph->segments()[1]->nodes.size(), 2u);
}

// Whether it is counted as truncated by a later element depends on what an earlier `finish`
// decides.
TEST_F(OffloaderTest, ABatchWithAPacketTooShortForALaterKernelStaysOnTheCpu) {
  open("TestSource -> TestBalance -> TestMark1(3, DROP 9) -> TestCut -> TestSink;",
       one_batch_a_task());
  ASSERT_EQ(rig.graph->segments().size(), 1u);
  rig.bench->devices = {1};
  rig.bench->input = {{1, 2, 3}};
  rig.poll_all();
  EXPECT_TRUE(a->lane->submitted.empty());
  auto const& nodes = rig.graph->segments()[0]->nodes;
  EXPECT_EQ(nodes[0]->counters.drops[DropReason::named("test_mark").index()].get(), 1u);
  EXPECT_EQ(nodes[1]->counters.drops[DropReason::named("truncated").index()].get(), 2u);
  EXPECT_TRUE(rig.conserved());
}

TEST_F(OffloaderTest, WhatADeviceHasNotTouchedMeetsAllElementsOnTheCpu) {
  open("TestSource -> TestBalance -> TestMark1(3, DROP 5) -> TestMark8(7, DROP 2) -> TestSink;",
       one_batch_a_task());
  rig.bench->devices = {1};
  rig.bench->input = {{1, 2, 3, 5, 6, 7}};
  rig.poll_all();
  a->lane->fail_from(1, DeviceError::kLost);
  a->finish();
  poll();
  EXPECT_EQ(rig.bench->output, (Numbers{1, 3, 7}));
  EXPECT_EQ(offloader->counters(1).rerun.get(), 6u);
  EXPECT_TRUE(rig.conserved());
}

}  // namespace
}  // namespace warpline
